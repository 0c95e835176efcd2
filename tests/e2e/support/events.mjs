// SPDX-License-Identifier: Apache-2.0
// text/event-stream, read as it comes.

/// A function that takes text and returns the data of each event that it completes.
export function makeEventReader() {
    let rest = '';
    return (text) => {
        const events = (rest + text).split(/\r?\n\r?\n/);
        rest = events.pop();
        return events.flatMap((event) => {
            const lines = event.split(/\r?\n/);
            // Names the URL to post to: no message.
            if (lines.includes('event: endpoint')) return [];
            const data = lines.filter((line) => line.startsWith('data:'));
            const joined = data.map((line) => line.slice(5).trimStart()).join('\n');
            return joined === '' ? [] : [joined];
        });
    };
}
