// SPDX-License-Identifier: Apache-2.0
// Runs an MCP server over stdio and keeps what passes:
//
//   node wire_shim.mjs RECORDING COMMAND ARGUMENTS...
//
// writes what the server read to RECORDING.<pid>.in and what it wrote to RECORDING.<pid>.out. Bytes
// pass unchanged. It ends as the server does; signals go to the process group, so it takes none.

import { spawn } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';

const [recording, command, ...args] = process.argv.slice(2);
const keep = (stream, suffix) => {
    const file = openSync(`${recording}.${process.pid}.${suffix}`, 'a');
    stream.on('data', (chunk) => writeSync(file, chunk));
};

process.on('SIGTERM', () => {});
process.on('SIGINT', () => {});

const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
keep(process.stdin, 'in');
keep(server.stdout, 'out');
process.stdin.pipe(server.stdin);
server.stdout.pipe(process.stdout);
// The other end may leave first.
for (const stream of [server.stdin, process.stdout]) stream.on('error', () => {});

server.on('error', (error) => {
    console.error(`${command}: ${error.message}`);
    process.exit(127);
});
server.on('close', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
});
