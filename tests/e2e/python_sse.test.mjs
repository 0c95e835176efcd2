// SPDX-License-Identifier: Apache-2.0
// Servers on the Python SDK 1.x and 2.x and on FastMCP 3 and 4, over HTTP+SSE.

import { legacyHttp, modernHttp } from './support/clients.mjs';
import { compare } from './support/python_comparison.mjs';
import { sdks } from './support/python_servers.mjs';

compare(sdks, ['sse'], [legacyHttp, modernHttp]);
