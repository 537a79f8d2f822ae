// Prints which rooms each room imports, types included, and ends with 1 when an arrow points upwards or goes in a circle.
// Reads the sources by itself, so that it also shows what the lint rules hold. Usage: node scripts/print-rooms.mjs
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { lines, roomOf } from './import-walls.mjs';

const root = join(import.meta.dirname, '..');
const isTest = (file) => /\.(test|contract)\.tsx?$|(^|\/)(test|testing)\//.test(file);
const importPattern = /(?:from|import|import\()\s*['"](\.{1,2}\/[^'"]+)['"]/g;

/** Every source file below the folder with the files it imports by path, both from the root. */
function readImports(folder) {
  const files = readdirSync(join(root, folder), { recursive: true })
    .map((file) => `${folder}/${file.split(sep).join('/')}`)
    .filter((file) => file.endsWith('.ts') && !isTest(file));
  return new Map(
    files.map((file) => {
      const path = join(root, file);
      const found = readFileSync(path, 'utf8').matchAll(importPattern);
      const targets = [...found].map(([, specifier]) => relative(root, resolve(dirname(path), specifier)));
      return [file, targets.map((target) => target.split(sep).join('/'))];
    }),
  );
}

/** Which rooms each room imports, rooms in the order of the table and what composes them last. */
function toRooms(folder, { levels }, imports) {
  const order = levels.flat();
  const rooms = new Map(order.map((room) => [room, new Set()]));
  for (const [file, targets] of imports) {
    const room = roomOf(file, folder);
    if (!rooms.has(room)) rooms.set(room, new Set());
    for (const target of targets.filter((each) => each.startsWith(`${folder}/`))) {
      if (roomOf(target, folder) !== room) rooms.get(room).add(roomOf(target, folder));
    }
  }
  return rooms;
}

/** One circle of the graph as a path that ends where it began; undefined when there is none. */
function findCircle(graph) {
  const done = new Set();
  const visit = (node, path) => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...path, node]);
      if (circle) return circle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = visit(node, []);
    if (circle) return circle;
  }
  return undefined;
}

function findUpward({ levels }, rooms) {
  const levelOf = (room) => levels.findIndex((level) => [level].flat().includes(room));
  return [...rooms].flatMap(([room, targets]) =>
    levelOf(room) === -1
      ? []
      : [...targets]
          .filter((target) => levelOf(target) === -1 || levelOf(target) >= levelOf(room))
          .map((target) => `${room} -> ${target}`),
  );
}

let problems = 0;
for (const [folder, line] of Object.entries(lines)) {
  const imports = readImports(folder);
  const rooms = toRooms(folder, line, imports);
  console.log(`\n${folder}  (${imports.size} files)`);
  for (const [room, targets] of rooms) {
    console.log(
      `  ${room.padEnd(20)}${targets.size > 0 ? `-> ${[...targets].sort((a, b) => a.localeCompare(b)).join(' ')}` : ''}`,
    );
  }
  const upward = findUpward(line, rooms);
  const circles = [findCircle(rooms), findCircle(imports)].filter((circle) => circle !== undefined);
  problems += upward.length + circles.length;
  console.log(`  upward: ${upward.join(', ') || 'none'}`);
  console.log(`  circles: ${circles.map((circle) => circle.join(' -> ')).join(', ') || 'none'}`);
}
process.exitCode = problems > 0 ? 1 : 0;
