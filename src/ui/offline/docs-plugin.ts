import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { Lexer, Marked, type Tokens } from 'marked';
import type { Plugin } from 'vite';
import { POLICY } from './build-plugin.ts';

/** The documentation as pages beside the application, kept with it for use without a network. */

type File = string | Buffer;

function filesIn(folder: string, kind: RegExp): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return filesIn(path, kind);
      return kind.test(name) ? [path] : [];
    });
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** 'KV cache' as the anchor that GitHub gives its heading: links of the Markdown files rely on it. */
export const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

/** 'guide/README.md' as a page: 'guide/index.html'. */
const pageOf = (path: string): string => path.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html');

const titleOf = (text: string): string => /^# (.+)$/m.exec(text)?.[1] ?? 'Documentation';

interface Entry {
  readonly path: string;
  readonly title: string;
}

/** The pages that the list 'Learn' of the README names, in its order: the table of contents. */
function contentsOf(readme: string): readonly Entry[] {
  const learn = /^## Learn\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
  return [...learn.matchAll(/\[([^\]]+)\]\(docs\/([^)#]+)\)/g)].map((match) => ({
    title: match[1] ?? '',
    path: (match[2] ?? '').replace(/\/$/, '/README.md'),
  }));
}

const CSS = readFileSync('src/ui/styles/tokens.css', 'utf8') + readFileSync('src/ui/offline/docs.css', 'utf8');
/** The theme that was chosen in the application. */
const SCRIPT = `const kept = (() => { try { return localStorage.getItem('flexllm-composer/theme'); } catch { return null; } })();
document.documentElement.dataset.theme =
  kept === 'light' || kept === 'dark' ? kept : matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
`;

/** All files of the documentation by their paths: a page for each of Markdown, the pictures, a style sheet. `root` has docs/ and README.md. */
export function docsPages(root: string): ReadonlyMap<string, File> {
  const folder = join(root, 'docs');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const nameOf = (path: string): string => relative(folder, path).split(sep).join('/');
  const sources = new Map(filesIn(folder, /\.md$/).map((path) => [nameOf(path), readFileSync(path, 'utf8')]));
  const decisions = [...sources].filter(([path]) => path.startsWith('adr/'));
  sources.set(
    'adr/README.md',
    `# Decisions\n\nWhy things are as they are.\n\n${decisions.map(([path, text]) => `- [${titleOf(text)}](${posix.basename(path)})`).join('\n')}\n`,
  );
  const contents = contentsOf(readme);
  sources.set(
    'README.md',
    `# Documentation\n\n${(/^## Learn\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '').replaceAll('](docs/adr/)', '](adr/README.md)').replaceAll('](docs/', '](')}`,
  );
  const files = new Map<string, File>([
    ['docs.css', CSS],
    ['docs.js', SCRIPT],
    ...filesIn(join(folder, 'pictures'), /\.(png|svg)$/).map((path) => [nameOf(path), readFileSync(path)] as const),
  ]);
  for (const [path, text] of sources) files.set(pageOf(path), page(path, text, sources, contents));
  return files;
}

function page(path: string, text: string, sources: ReadonlyMap<string, string>, contents: readonly Entry[]): string {
  const here = posix.dirname(path);
  const up = here === '.' ? '' : `${posix.relative(here, '.')}/`;
  /** Where a link of the Markdown leads among the pages; undefined for what does not come along, such as sources. */
  const target = (href: string): string | undefined => {
    const [file = '', anchor] = href.split('#');
    if (file === '') return href;
    const to = posix.normalize(posix.join(here, file)).replace(/\/$/, '/README.md');
    if (!sources.has(to)) return undefined;
    return `${posix.relative(here, pageOf(to)) || posix.basename(pageOf(to))}${anchor === undefined ? '' : `#${anchor}`}`;
  };
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text: heading }) {
        return `<h${depth} id="${slug(heading)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens);
        if (/^https?:/.test(href)) return `<a href="${escapeHtml(href)}" rel="noreferrer">${words}</a>`;
        const to = target(href);
        return to === undefined ? `<span class="source">${words}</span>` : `<a href="${escapeHtml(to)}">${words}</a>`;
      },
      table(token: Tokens.Table) {
        const row = (cells: readonly Tokens.TableCell[], tag: string): string =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
        return `<div class="table" tabindex="0" role="region" aria-label="Table"><table><thead>${row(token.header, 'th')}</thead><tbody>${token.rows.map((cells) => row(cells, 'td')).join('\n')}</tbody></table></div>\n`;
      },
      code({ text: code }) {
        return `<pre tabindex="0"><code>${escapeHtml(code)}</code></pre>\n`;
      },
    },
  });
  const title = titleOf(text);
  const nav = [{ path: 'README.md', title: 'All pages' }, ...contents]
    .map(
      (entry) =>
        `<li><a href="${escapeHtml(up + pageOf(entry.path))}"${entry.path === path ? ' aria-current="page"' : ''}>${escapeHtml(entry.title)}</a></li>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · FlexLLM Composer</title>
<link rel="icon" href="${up}../icons/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${up}docs.css">
<script src="${up}docs.js"></script>
</head>
<body>
<nav aria-label="Pages">
<p class="product"><a href="${up}../index.html">FlexLLM Composer</a></p>
<ul>
${nav}
</ul>
</nav>
<main>
${marked.parser(new Lexer().lex(text.replace(/^<!-- .*? -->$/gm, '')))}
</main>
</body>
</html>
`;
}

/** Puts the documentation into the build under docs/, and serves it while the application is developed. */
export function docs(): Plugin {
  let root = '.';
  return {
    name: 'docs',
    configResolved: (config) => {
      root = config.root;
    },
    configureServer: (server) => {
      server.middlewares.use((request, response, next) => {
        const path = /^\/docs\/([^?#]*)/.exec(request.url ?? '')?.[1];
        const file = path === undefined ? undefined : docsPages(root).get(path);
        if (file === undefined || path === undefined) return next();
        const type = {
          html: 'text/html',
          css: 'text/css',
          js: 'text/javascript',
          svg: 'image/svg+xml',
          png: 'image/png',
        };
        response.setHeader('content-type', type[path.slice(path.lastIndexOf('.') + 1) as 'html'] ?? 'text/plain');
        response.end(file);
      });
    },
    generateBundle() {
      for (const [path, source] of docsPages(root)) this.emitFile({ type: 'asset', fileName: `docs/${path}`, source });
    },
  };
}
