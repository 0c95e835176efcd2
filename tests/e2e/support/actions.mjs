// SPDX-License-Identifier: Apache-2.0
// What the tests do with each server, whatever the route: real work, with its result checked.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { toolsOf } from './servers.mjs';

export const textOf = (result) =>
    result.content
        .filter(({ type }) => type === 'text')
        .map(({ text }) => text)
        .join('\n');

function checkPng(block) {
    assert.equal(block?.type, 'image');
    assert.equal(block.mimeType, 'image/png');
    const bytes = Buffer.from(block.data, 'base64');
    assert.equal(bytes.subarray(1, 4).toString('latin1'), 'PNG');
    assert.equal(bytes.subarray(-8, -4).toString('latin1'), 'IEND', 'the image is cut off');
}

/// A refusal, as a tool error or as a protocol error: both are legal, the words must be there.
export async function checkRefused(call, pattern) {
    let text;
    try {
        const result = await call;
        assert.equal(
            result.isError,
            true,
            `was not refused: ${JSON.stringify(result).slice(0, 500)}`,
        );
        text = textOf(result) + JSON.stringify(result.structuredContent ?? {});
    } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        text = `${error.code} ${error.message} ${JSON.stringify(error.data ?? {})}`;
    }
    assert.match(text, pattern);
}

export async function checkListed(route, client, server) {
    const names = (await route.list(client, server)).map(({ name }) => name);
    const missing = toolsOf[server].filter((name) => !names.includes(name));
    assert.deepEqual(missing, [], `${server} lists ${names}`);
}

/// Runs a tool that reports progress and checks that it arrives, in order, before the answer. The
/// clients drop a notification that they read together with the answer, so only the first are sure;
/// raw.test.mjs counts all of them.
async function checkProgress(route, client, server, tool, args, steps) {
    const seen = [];
    const result = await route.call(client, server, tool, args, {
        onprogress: ({ progress, total }) => seen.push({ progress, total }),
    });
    assert.notEqual(result.isError, true, textOf(result));
    assert.ok(seen.length >= 1 && seen.length <= steps, JSON.stringify(seen));
    for (let i = 1; i < seen.length; i++) assert.ok(seen[i].progress > seen[i - 1].progress);
    return seen;
}

async function useEverything(route, client) {
    const call = (tool, args, options) => route.call(client, 'everything', tool, args, options);

    const odd = 'naïve "quotes" \\ \u2028 日本語 🚪 \u0000 end';
    assert.equal(textOf(await call('echo', { message: odd })), `Echo: ${odd}`);
    assert.match(textOf(await call('get-sum', { a: 2, b: 40 })), /\b42\b/);

    const image = await call('get-tiny-image');
    checkPng(image.content.find(({ type }) => type === 'image'));

    const structured = await call('get-structured-content', { location: 'Chicago' });
    assert.deepEqual(structured.structuredContent, JSON.parse(textOf(structured)));

    const annotated = await call('get-annotated-message', {
        messageType: 'error',
        includeImage: true,
    });
    assert.deepEqual(annotated.content[0].annotations, {
        priority: 1,
        audience: ['user', 'assistant'],
    });
    checkPng(annotated.content[1]);

    const links = await call('get-resource-links', { count: 2 });
    assert.equal(links.content.filter(({ type }) => type === 'resource_link').length, 2);
    const embedded = await call('get-resource-reference', { resourceType: 'Text', resourceId: 1 });
    assert.match(
        embedded.content.find(({ type }) => type === 'resource').resource.text,
        /Resource 1/,
    );

    const seen = await checkProgress(
        route,
        client,
        'everything',
        'trigger-long-running-operation',
        { duration: 0.3, steps: 3 },
        3,
    );
    assert.deepEqual(seen[0], { progress: 1, total: 3 });

    await checkRefused(call('echo', { message: 7 }), /expected string|INVALID_ARGS/i);
}

async function useFilesystem(route, client, { files, tag }) {
    const call = (tool, args) => route.call(client, 'filesystem', tool, args);
    const path = join(files, `${tag}.txt`);
    const text = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`).join('\n');

    assert.notEqual((await call('write_file', { path, content: text })).isError, true);
    assert.equal(await readFile(path, 'utf8'), text);
    await call('edit_file', { path, edits: [{ oldText: 'line 7', newText: 'seven' }] });
    assert.equal(textOf(await call('read_text_file', { path })), text.replace('line 7', 'seven'));
    assert.match(
        textOf(await call('list_directory', { path: files })),
        new RegExp(`\\[FILE\\] ${tag}\\.txt`),
    );
    await checkRefused(call('read_text_file', { path: '/etc/hostname' }), /access denied/i);
    await checkRefused(call('read_text_file', { path: join(files, 'absent') }), /ENOENT/);
}

async function useMemory(route, client, { tag }) {
    const call = (tool, args) => route.call(client, 'memory', tool, args);
    const entity = { name: tag, entityType: 'test', observations: ['made by an end-to-end test'] };

    await call('create_entities', { entities: [entity] });
    await call('add_observations', {
        observations: [{ entityName: tag, contents: ['seen twice'] }],
    });
    const found = await call('open_nodes', { names: [tag] });
    assert.deepEqual(found.structuredContent.entities, [
        { ...entity, observations: [...entity.observations, 'seen twice'] },
    ]);
    await call('delete_entities', { entityNames: [tag] });
    assert.deepEqual((await call('open_nodes', { names: [tag] })).structuredContent.entities, []);
    await checkRefused(
        call('add_observations', { observations: [{ entityName: tag, contents: [] }] }),
        /not found/,
    );
}

async function useDemo(route, client) {
    const call = (tool, args, options) => route.call(client, 'demo', tool, args, options);

    const long = 'x'.repeat(1_000_000);
    assert.equal(textOf(await call('echo', { message: long })), long);
    assert.deepEqual((await call('add', { a: 2, b: 3 })).structuredContent, { sum: 5 });
    checkPng((await call('image')).content.find(({ type }) => type === 'image'));
    assert.equal(textOf(await call('large_text', { lines: 3 })).trim(), 'line 1\nline 2\nline 3');
    await checkProgress(route, client, 'demo', 'wait', { seconds: 0.2, steps: 4 }, 4);
    await checkRefused(call('fail', { message: 'as asked' }), /as asked/);
    await checkRefused(call('add', { a: 'one', b: 2 }), /\ba\b|number|INVALID_ARGS/i);
}

/// By server; each takes (route, client, { files, tag }). `tag` keeps parallel runs apart.
export const use = {
    everything: useEverything,
    filesystem: useFilesystem,
    memory: useMemory,
    demo: useDemo,
};
