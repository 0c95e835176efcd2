// SPDX-License-Identifier: Apache-2.0
// The gateway as a client, by the official conformance suite: the suite's server is its upstream,
// and a client stands in front of it. The scenarios on authorization are left out: the gateway is
// no OAuth client.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { checkPassed, requiredScenarios, runSuite } from './conformance.mjs';
import { node } from './paths.mjs';

const program = join(import.meta.dirname, '../fixtures/conformance_client.mjs');

// How many scenarios a revision requires, so that a change of the suite shows.
const scored = { '2025-11-25': 4, '2026-07-28': 7 };

/// Defines the tests with a client of `era`, 'legacy' or 'modern', in front.
export async function testAsClient(era) {
    for (const [revision, count] of Object.entries(scored)) {
        const required = await requiredScenarios(revision, 'client');
        const isOurs = (name) => !name.startsWith('auth/');
        describe(`a ${era} client, servers of ${revision}`, { concurrency: 2 }, () => {
            test('all scenarios are there', () => {
                assert.equal(required.scored.filter(isOurs).length, count);
            });
            for (const scenario of [...required.scored, ...required.others].filter(isOurs)) {
                test(scenario, async () => {
                    const ran = await runSuite('client', [
                        '--command',
                        `${node} ${program} ${era}`,
                        '--scenario',
                        scenario,
                        '--spec-version',
                        revision,
                    ]);
                    checkPassed(ran, [scenario]);
                    assert.equal(ran.code, 0, ran.output);
                });
            }
        });
    }
}
