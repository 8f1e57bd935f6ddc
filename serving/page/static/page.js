// Adds keys and live refresh to pages that work without it.
"use strict";
