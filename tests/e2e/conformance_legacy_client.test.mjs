// SPDX-License-Identifier: Apache-2.0
import { testAsClient } from './support/conformance_clients.mjs';

await testAsClient('legacy');
