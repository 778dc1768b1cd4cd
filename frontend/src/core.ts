// Every page: dialogs, copy buttons, deadlines, amounts, theme, drafts, and htmx made fit for our policy.

import "./page/base";
import { startAmountEcho } from "./page/amounts";
import { startCopying } from "./page/copy";
import { startDeadlines } from "./page/deadlines";
import { startDialogs } from "./page/dialogs";
import { startDrafts } from "./page/drafts";
import { whenReady } from "./page/dom";
import { forgetOnSignOut } from "./page/signout";
import { startSplits } from "./page/split";
import { prepareSwaps } from "./page/swaps";
import { startThemeSwitch } from "./page/theme";

prepareSwaps();
whenReady(() => {
  startDialogs();
  startCopying();
  startDeadlines();
  startAmountEcho();
  startThemeSwitch();
  startDrafts();
  startSplits();
  forgetOnSignOut();
});
