// SPDX-License-Identifier: Apache-2.0
// Servers on the Python SDK 1.x and 2.x and on FastMCP 3 and 4, over streamable HTTP.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { textOf } from './support/actions.mjs';
import { legacyHttp, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { compare } from './support/python_comparison.mjs';
import { sdks, startPythonRemote } from './support/python_servers.mjs';
import { person } from './support/transcripts.mjs';

compare(sdks, ['http'], [legacyHttp, modernHttp]);

const isDual = ({ eras }) => eras.includes('modern');
const both = [legacyHttp, modernHttp];
const modes = [['stateless'], ['json'], ['stateless', 'json']];

for (const mode of modes) {
    compare(
        sdks.filter((sdk) => !isDual(sdk)),
        ['http', ...mode],
        both,
    );
    compare(sdks.filter(isDual), ['http', ...mode], [modernHttp]);

    test(`a legacy client is asked by a modern server over http, ${mode.join(', ')}`, async () => {
        // Directly it is not: there the server has no way to ask in the legacy era.
        const sdk = sdks.find(({ name }) => name === 'sdk_2');
        const remote = await startPythonRemote(sdk, 'http', ...mode);
        const children = async () => [{ name: 'asks', url: remote.url.href }];
        const gateway = await startGateway({ expose: 'all', children });
        const client = await legacyHttp.connect(gateway.at('/servers/asks/mcp'), person);
        const call = (name, args) => client.callTool({ name, arguments: args });
        assert.match(textOf(await call('need_form', { message: 'Who?' })), /Ada 36/);
        assert.match(textOf(await call('need_model', { prompt: 'Say' })), /reply to Say/);
        assert.match(textOf(await call('need_roots', {})), /file:\/\/\/home\/ada/);
        assert.match(textOf(await call('require_url', { message: 'Log in' })), /accept waits/);
        await client.close();
        await gateway.stop();
        await remote.stop();
    });
}
