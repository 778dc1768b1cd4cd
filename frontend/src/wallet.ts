// Wallets: who is there, signing in, signing and sending for a trade, and checking the escrow with one's own node.

import "./page/base";
import "./chain/base";
import { onNodeQuestion, onSignRequest } from "./page/events";
import { whenReady } from "./page/dom";
import { startTips } from "./page/tips";
import { watchAccounts } from "./wallet/account";
import { startActions } from "./wallet/actions";
import { startConsent } from "./wallet/consent";
import { discoverWallets } from "./wallet/discovery";
import { startProof } from "./wallet/proof";
import { readQuietly } from "./wallet/quiet";
import { signTypedData } from "./wallet/sign";
import { startSignIn } from "./wallet/signin";
import { startVerdicts } from "./wallet/verdicts";

discoverWallets();
onSignRequest(signTypedData);
onNodeQuestion(readQuietly);
whenReady(() => {
  watchAccounts();
  startSignIn();
  startActions();
  startConsent();
  startVerdicts();
  startProof();
  startTips();
});
