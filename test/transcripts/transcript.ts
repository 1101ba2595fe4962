// Golden transcripts: a file has blocks of commands, each followed by `----` and by everything that was exchanged until the
// next block. `play` runs the commands in one simulation and gives the file as it is now; a test compares, and
// `npm run record` writes it.
import { type LoggedEvent, logLine, observedRun, type Simulation } from '../../lib/sim/index.ts';

/** What a command does; what it returns is written beneath the exchange. */
export type Command = (sim: Simulation, words: readonly string[]) => Promise<string | undefined>;

/** What the commands of one kind of file need is made anew for each. */
export type Kit = () => Readonly<Record<string, Command>>;

interface Block {
  readonly comment: readonly string[];
  readonly commands: readonly string[];
}

/** Some time passes: enough for what a block sets off. */
const common: Readonly<Record<string, Command>> = {
  async wait(sim, [ms]) {
    await sim.sleep(Number(ms));
    return undefined;
  },
  async crash(sim, [host]) {
    sim.inject(`crash of host ${host}`, () => sim.host(Number(host)).crash());
    return undefined;
  },
};

const separator = '----';

/** Runs the commands of a file and returns the file with the exchange of now. */
export async function play(text: string, kits: Readonly<Record<string, Kit>>): Promise<string> {
  const [head, ...blocks] = parse(text);
  const [options, ...rest] = head?.commands ?? [];
  if (options === undefined || rest.length > 0)
    throw new Error('a transcript begins with its options, in a block alone');
  const { kit, hosts, latency } = settingsOf(options);
  const make = kits[kit];
  if (make === undefined)
    throw new Error(`there is no kit '${kit}': there are ${Object.keys(kits).join(', ')}`);
  const commands = { ...common, ...make() };
  const lines: string[] = [...head!.comment, options, ''];
  let exchange: string[] = [];
  const listener = (event: LoggedEvent): void => void exchange.push(logLine(event).trimEnd());
  const run = await observedRun(
    // The scenario's own crash: every other host knows of it after a while.
    { seed: 1, nodes: hosts, network: { latency, crashDetectionMs: 5 }, traceFile: false },
    async (sim) => {
      for (const block of blocks) {
        exchange = [];
        const results: string[] = [];
        for (const line of block.commands) {
          const [name, ...words] = line.split(' ');
          const command = commands[name!];
          if (command === undefined) throw new Error(`no command '${name}'`);
          const result = await command(sim, words);
          if (result !== undefined) results.push(...result.split('\n').map((one) => `= ${one}`));
        }
        lines.push(...block.comment, ...block.commands, separator, ...exchange, ...results, '');
      }
    },
    listener,
  );
  if (!run.ok) throw run.error;
  return lines.join('\n');
}

function parse(text: string): Block[] {
  const blocks: Block[] = [];
  for (const part of text.split(/\n{2,}/)) {
    const lines = part.split('\n').filter((line) => line !== '');
    const end = lines.indexOf(separator);
    const own = end < 0 ? lines : lines.slice(0, end);
    const comment = own.filter((line) => line.startsWith('#'));
    const commands = own.filter((line) => !line.startsWith('#'));
    if (commands.length > 0) blocks.push({ comment, commands });
  }
  return blocks;
}

/** `kit=chord hosts=3 latency=10` */
function settingsOf(line: string): { kit: string; hosts: number; latency: number } {
  const settings = new Map(line.split(' ').map((word) => word.split('=') as [string, string]));
  const number = (name: string): number => Number(settings.get(name));
  return { kit: settings.get('kit') ?? '', hosts: number('hosts'), latency: number('latency') };
}
