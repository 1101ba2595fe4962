// `thrum chord demo` as a user meets it: the ring it prints, the keys it finds, wrong usage.
import test from 'ava';
import { runCli } from '../../actors/cli/cli.ts';
import { fakeIo } from './support.ts';

test('the demo finds every key while nodes are killed and others join, and says so', async (t) => {
  const io = fakeIo();
  const args = ['chord', 'demo', '--nodes', '6', '--keys', '40', '--changes', '1', '--threads', '2'];
  t.is(await runCli(args, io), 0, io.stderr.text);
  const stdout = io.stdout.text;
  t.regex(stdout, /6 nodes have joined\./);
  t.regex(stdout, /n\d+ was killed\./);
  t.regex(stdout, /n6 has joined\./);
  t.regex(stdout, /1000 lookups, \d\.\d\d steps on average/);
  t.regex(stdout, /40 of 40 keys were found\./);
});

test('too few nodes for three copies and two failures are wrong usage', async (t) => {
  const io = fakeIo();
  t.is(await runCli(['chord', 'demo', '--nodes', '4'], io), 2);
  t.regex(io.stderr.text, /whole number from 5 to 200/);
});
