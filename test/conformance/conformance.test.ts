// One file of scenes, three worlds, the same outcome.
import test from 'ava';
import { scenes } from './scenes.ts';
import { worlds } from './worlds.ts';

for (const scene of scenes) {
  for (const [world, play] of Object.entries(worlds)) {
    test.serial(`${scene.name}: ${world}`, async (t) => {
      t.deepEqual(await play(t, scene), scene.outcome);
    });
  }
}
