import { testAsClient } from './support/conformance_clients.mjs';

await testAsClient('modern');
