// SPDX-License-Identifier: Apache-2.0
// Where the things under test and their tools are.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

export const node = process.execPath;
export const packages = join(root, 'tests/e2e/node_modules/@modelcontextprotocol');

/// The gateway under test: another build is tested with MCPGW_BINARY=/path/to/mcp-gateway.
export const binary = resolve(process.env.MCPGW_BINARY ?? join(root, 'build/release/mcp-gateway'));

export function requireBinary() {
    if (!existsSync(binary))
        throw new Error(`no gateway at ${binary}; build it, or run ./test e2e`);
    return binary;
}
