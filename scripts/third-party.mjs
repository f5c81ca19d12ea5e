/** npm run third-party: writes THIRD-PARTY.md, the licences of everything that the bundles contain. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './ensure.mjs';

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
const packages = Object.entries(lock.packages)
  .filter(
    ([path, info]) =>
      path.startsWith('node_modules/') &&
      !info.dev &&
      !info.devOptional &&
      existsSync(join(ROOT, path, 'package.json')),
  )
  .map(([path]) => {
    const info = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
    const file = readdirSync(join(ROOT, path)).find((name) => /^licen[cs]e/i.test(name));
    return {
      name: info.name,
      version: info.version,
      license: info.license ?? 'see text',
      text: file ? readFileSync(join(ROOT, path, file), 'utf8').trim() : '',
    };
  })
  .sort((a, b) => (a.name < b.name ? -1 : 1));
const texts = new Map();
for (const entry of packages) if (entry.text) texts.set(entry.text, [...(texts.get(entry.text) ?? []), entry.name]);

writeFileSync(
  join(ROOT, 'THIRD-PARTY.md'),
  `# Third-party software

What the web application, the terminal program and the runner may contain. Written by \`npm run third-party\`.

| package | version | licence |
| --- | --- | --- |
${packages.map((entry) => `| ${entry.name} | ${entry.version} | ${entry.license} |`).join('\n')}

${[...texts].map(([text, names]) => `## ${[...new Set(names)].join(', ')}\n\n\`\`\`\n${text}\n\`\`\``).join('\n\n')}
`,
);
