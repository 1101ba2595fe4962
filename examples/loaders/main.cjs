const { createSystem } = require('thrum');
const { Counter } = require('./counter.cjs');

async function main() {
  const system = await createSystem({ threads: 1 });
  const counter = await system.spawn(Counter, { start: 40 });
  counter.tell.add(2);
  console.log(
    `${await counter.ask.total()} on ${(await counter.ask.thread()) === 0 ? 'the main' : 'another'} thread`,
  );
  await system.close();
}

main();
