// The gateway as a server, by the official conformance suite: one server behind it, in each pair of
// eras.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { checkPassed, requiredScenarios, runSuite } from './support/conformance.mjs';
import { startGateway } from './support/gateway.mjs';
import { fixtureServer } from './support/servers.mjs';

// `scored`: how many scenarios the revision requires, so that a change of the suite shows.
const runs = [
    { server: 'legacy', revision: '2025-11-25', scored: 30 },
    { server: 'modern', revision: '2025-11-25', scored: 30 },
    { server: 'modern', revision: '2026-07-28', scored: 37 },
];

// Tasks are an extension that these servers do not have.
const isLeftOut = (name) => name.startsWith('tasks-');

describe('the conformance suite passes', () => {
    for (const { server, revision, scored } of runs) {
        test(`${server} server, ${revision}`, async () => {
            const required = await requiredScenarios(revision, 'server');
            assert.equal(required.scored.length, scored);
            const gateway = await startGateway({
                expose: 'all',
                settings: { gateway: { prefix: 'never' } },
                children: async () => [fixtureServer(server)],
            });
            try {
                const ran = await runSuite('server', [
                    '--url',
                    gateway.url.href,
                    '--requirements',
                    revision,
                ]);
                const others = required.others.filter((name) => !isLeftOut(name));
                checkPassed(ran, [...required.scored, ...others]);
            } finally {
                await gateway.stop();
            }
        });
    }
});
