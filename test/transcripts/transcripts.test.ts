// What is exchanged in a few small scenarios, word for word: a change of behaviour is a change of these files.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { transcriptFiles } from './files.ts';
import { kits } from './kits.ts';
import { play } from './transcript.ts';

for (const { name, path } of transcriptFiles()) {
  test(`${name} is as it is written`, async (t) => {
    const text = readFileSync(path, 'utf8');
    t.is(await play(text, kits), text, 'see the difference; npm run record writes it where it is meant');
  });
}

test('there are transcripts of all kinds', (t) => {
  const files = transcriptFiles().map(({ path }) => readFileSync(path, 'utf8'));
  for (const kit of Object.keys(kits))
    t.true(
      files.some((text) => text.includes(`kit=${kit} `)),
      kit,
    );
});

test('a wrong command, kind or beginning is said', async (t) => {
  await t.throwsAsync(play('kit=chord hosts=1 latency=1\n\ndance\n----\n', kits), {
    message: /no command 'dance'/,
  });
  await t.throwsAsync(play('kit=cards hosts=1 latency=1\n', kits), { message: /no kit 'cards'/ });
  await t.throwsAsync(play('', kits), { message: /begins with its options/ });
});
