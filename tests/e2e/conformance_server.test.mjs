// SPDX-License-Identifier: Apache-2.0
// The gateway as a server, by the official conformance suite: one server behind it, in each pair of
// eras.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { checkPassed, requiredScenarios, runSuite } from './support/conformance.mjs';
import { startGateway } from './support/gateway.mjs';
import { fixtureServer } from './support/servers.mjs';

const baseline = JSON.parse(
    await readFile(join(import.meta.dirname, 'conformance_baseline.json'), 'utf8'),
);

// `scored`: how many scenarios the revision requires, so that a change of the suite shows.
const runs = [
    { server: 'legacy', revision: '2025-11-25', scored: 30 },
    { server: 'modern', revision: '2025-11-25', scored: 30 },
    { server: 'modern', revision: '2026-07-28', scored: 37 },
    { server: 'legacy', revision: '2026-07-28', scored: 37 },
];

const isOfTasks = (name) => name.startsWith('tasks-');

/// A gateway in front of one of our servers, with the names that the suite wants.
const start = (server) =>
    startGateway({
        expose: 'all',
        settings: { gateway: { prefix: 'never' } },
        children: async () => [fixtureServer(server)],
    });

describe('the conformance suite passes', () => {
    for (const { server, revision, scored } of runs) {
        const title = `${server} server, ${revision}`;
        test(title, async () => {
            const required = await requiredScenarios(revision, 'server');
            assert.equal(required.scored.length, scored);
            // Tasks are an extension, which these servers do not have.
            const others = required.others.filter((name) => !isOfTasks(name));
            const gateway = await start(server);
            try {
                const url = gateway.url.href;
                const ran = await runSuite('server', ['--url', url, '--requirements', revision]);
                checkPassed(ran, [...required.scored, ...others], baseline[title]);
            } finally {
                await gateway.stop();
            }
        });
    }

    test('tasks', async () => {
        const { others } = await requiredScenarios('2026-07-28', 'server');
        const scenarios = others.filter(isOfTasks);
        assert.equal(scenarios.length, 10);
        const gateway = await start('tasks');
        try {
            for (const scenario of scenarios) {
                const ran = await runSuite('server', [
                    '--url',
                    gateway.url.href,
                    '--scenario',
                    scenario,
                ]);
                checkPassed(ran, [scenario]);
            }
        } finally {
            await gateway.stop();
        }
    });
});
