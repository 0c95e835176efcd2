// SPDX-License-Identifier: Apache-2.0
// Loaded into a Node program before it begins: whatever it listens on becomes a free port of
// 127.0.0.1, and stderr says which. For servers that insist on a port of their own.

import { Server } from 'node:net';

const listen = Server.prototype.listen;
Server.prototype.listen = function (...args) {
    const options = args[0];
    if (options?.path !== undefined || (typeof options === 'string' && isNaN(options)))
        return listen.apply(this, args);
    const done = args.find((arg) => typeof arg === 'function');
    this.once('listening', () => process.stderr.write(`\nlistening on ${this.address().port}\n`));
    return listen.call(this, { port: 0, host: '127.0.0.1' }, ...(done ? [done] : []));
};
