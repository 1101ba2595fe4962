// Which silence counts: time and answers are the test's own.
import test from 'ava';
import { Heartbeat, type Pulse } from '../../lib/system/heartbeat.ts';

class Patient implements Pulse {
  readonly nodeId = 1;
  alive = 1;
  handled = 0;
  asked = 0;

  ask(ping: number): void {
    this.asked = ping;
  }

  answer(): void {
    this.alive = this.asked;
  }
}

/** Beats once a second; nodes are unresponsive after five. */
function watch(patient: Patient) {
  const heartbeat = new Heartbeat(5000, 1000);
  let now = 0;
  return (seconds = 1) => {
    now += seconds * 1000;
    return heartbeat.beat(now, [patient]);
  };
}

test('a node that answers every beat is never reported', (t) => {
  const patient = new Patient();
  const beat = watch(patient);
  for (let i = 0; i < 100; i++) {
    t.deepEqual(beat(), []);
    patient.answer();
  }
});

test('silence is reported once, when it has lasted long enough, and its end too', (t) => {
  const patient = new Patient();
  const beat = watch(patient);
  beat();
  const findings = [1, 2, 3, 4, 5, 6, 7].map(() => beat());
  t.deepEqual(findings, [
    ...[[], [], [], []],
    [{ type: 'unresponsive', nodeId: 1, forMs: 5000 }],
    ...[[], []],
  ]);
  patient.answer();
  t.deepEqual(beat(), [{ type: 'responsive', nodeId: 1, forMs: 7000 }]);
  patient.answer();
  t.deepEqual(beat(), []);
});

test('after a recovery the next silence is measured from its own beginning', (t) => {
  const patient = new Patient();
  const beat = watch(patient);
  beat();
  for (let i = 0; i < 4; i++) beat();
  patient.answer();
  beat();
  for (let i = 0; i < 4; i++) t.deepEqual(beat(), []);
  t.is(beat().length, 1);
});

test("a host that was held up accuses nobody of the time it didn't see", (t) => {
  const patient = new Patient();
  const beat = watch(patient);
  beat();
  t.deepEqual(beat(3600), []);
  t.deepEqual(beat(3600), []);
  patient.answer();
  t.deepEqual(beat(), []);
});

test('a node that still starts is not asked for an answer', (t) => {
  const patient = new Patient();
  patient.alive = 0;
  const beat = watch(patient);
  for (let i = 0; i < 100; i++) t.deepEqual(beat(), []);
  t.is(patient.asked, 0);
  patient.alive = 1;
  beat();
  t.is(patient.asked, 2);
});

test('a node that is busy with a batch of slow messages is not stuck', (t) => {
  const patient = new Patient();
  const beat = watch(patient);
  beat();
  for (let i = 0; i < 100; i++) {
    patient.handled++;
    t.deepEqual(beat(), []);
    t.deepEqual(beat(), []);
  }
  for (let i = 0; i < 4; i++) t.is(beat().length, i < 3 ? 0 : 1, `${i}`);
});
