// A case: what a trader hands over and shows, and the arbiter's desk. The cryptography is loaded with this file.

import "./page/base";
import "./chain/base";
import { find, whenReady } from "./page/dom";
import { DisclosurePanel } from "./case/disclose";
import { EvidencePanel } from "./case/evidence";
import { Desk } from "./case/console";
import { startRulingPreview } from "./case/preview";
import { startQueueKeys } from "./case/queue_keys";
import { startSourceFilter } from "./case/sources";

whenReady(() => {
  const disclosure = find("[data-disclose]");
  const evidence = find("[data-evidence]");
  const desk = find("[data-desk]");
  if (disclosure) void new DisclosurePanel(disclosure).start();
  if (evidence) void new EvidencePanel(evidence).start();
  if (desk) void new Desk(desk).start();
  startSourceFilter();
  startQueueKeys();
  startRulingPreview();
});
