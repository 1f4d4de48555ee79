// SPDX-License-Identifier: Apache-2.0
// Each module looks for its own data- attribute; without script every page works as it is.
import "./find.js";
import "./palette.js";
import "./menu.js";
import "./copy.js";
import "./progress.js";
import "./upload.js";
import "./trial.js";
