// What every bundle stands on. Each entry imports this file, so that the shared parts become one file and one request.

import "../api/client";
import "./database";
import "./dom";
import "./drafts";
import "./events";
import "./facts";
import "./sheet";
import "./signout";
import "./spans";
import "./status";
import "./swaps";
