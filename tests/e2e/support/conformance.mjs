// SPDX-License-Identifier: Apache-2.0
// The official conformance suite, run as a program.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { node, packages } from './paths.mjs';

const suite = join(packages, 'conformance');
const runLimitMs = 110_000;

/// Scenarios of a revision for one role, 'server' or 'client': { scored, others }, both lists of
/// names. The others are of extensions, or younger than the revision.
export async function requiredScenarios(revision, role) {
    const text = await readFile(join(suite, 'requirements', `${revision}.yaml`), 'utf8');
    const scored = new RegExp(`^${role}:\\n((?: {2}- .*\\n)+)`, 'm').exec(text)[1];
    const others = text.matchAll(/- scenario: (\S+)\n {4}leg: (\S+)/g);
    return {
        scored: scored
            .trimEnd()
            .split('\n')
            .map((line) => line.replace(/^ {2}- /, '')),
        others: [...others].filter(([, , leg]) => leg === role).map(([, name]) => name),
    };
}

const detailsMax = 600;

function shown({ id, status, errorMessage, description, details }) {
    const more = JSON.stringify(details)?.slice(0, detailsMax);
    return `${status} ${id}: ${errorMessage ?? description}\n    ${more}`;
}

/// Runs the suite; returns { output, code, failures }: by scenario, the checks that failed, as
/// texts.
export async function runSuite(role, args) {
    const directory = await mkdtemp(join(tmpdir(), 'mcp-gateway-conformance-'));
    try {
        const ran = await new Promise((resolve) => {
            execFile(
                node,
                [join(suite, 'dist/index.js'), role, ...args, '--output-dir', directory],
                { timeout: runLimitMs, maxBuffer: 1 << 26 },
                (error, stdout, stderr) =>
                    resolve({
                        code: error ? (error.code ?? 'killed') : 0,
                        output: stdout + stderr,
                    }),
            );
        });
        const failures = new Map();
        for (const name of await readdir(directory, { recursive: true })) {
            if (!name.endsWith('checks.json')) continue;
            const scenario = /(?:server-)?(.*)-\d{4}-\d\d-\d\dT/.exec(name)[1];
            const checks = JSON.parse(await readFile(join(directory, name), 'utf8'));
            const bad = checks.filter(({ status }) => status === 'FAILURE');
            failures.set(scenario, bad.map(shown));
        }
        return { ...ran, failures };
    } finally {
        await rm(directory, { recursive: true, force: true });
    }
}

/// Fails unless each of `wanted` ran and passed, but those of `baseline` ({ scenario: reason }),
/// which must have failed: a line of the baseline that is not needed any more has to go.
export function checkPassed({ failures, output }, wanted, baseline = {}) {
    const missing = wanted.filter((name) => !failures.has(name));
    assert.deepEqual(missing, [], `did not run:\n${output.slice(-4_000)}`);
    const failed = wanted.filter((name) => failures.get(name).length > 0);
    const unexpected = failed
        .filter((name) => !(name in baseline))
        .map((name) => `${name}\n  ${failures.get(name).join('\n  ')}`);
    assert.equal(unexpected.length, 0, `scenarios failed:\n${unexpected.join('\n')}`);
    const needless = Object.keys(baseline).filter((name) => !failed.includes(name));
    assert.deepEqual(needless, [], 'these pass and must leave the baseline');
}
