// What wallet, demo and chat share about the chain; imported by each, so that it is one file and one request.

import "./bytes";
import "./calls";
import "./eip712";
import "./terms";
import "./units";
import "../api/trades";
import "../wallet/agreed";
import "../wallet/problems";
