// Builds everything the browser loads into exchange/static/parley/: bundles, styles, htmx and the icon sprite.
// `node frontend/build.mjs` builds once, `--watch` again at every change.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const packages = join(root, "node_modules");
const out = join(root, "exchange", "static", "parley");

// A page loads core; core or the page's template asks for the others when they are needed.
const bundles = ["core", "live", "wallet", "chat", "payer", "push", "push_worker", "demo"];
// Used by few pages: they share so little that a chunk in common would only cost the other pages a request.
const alone = ["case", "charts"];

const browsers = ["chrome120", "firefox121", "safari17.2"];

async function buildSprite() {
  const list = join(here, "icons.txt");
  if (!existsSync(list)) return [];
  const names = (await readFile(list, "utf8"))
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean);
  const symbols = await Promise.all([...new Set(names)].sort().map(readSymbol));
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC licence -->\n${symbols.join("\n")}\n</svg>\n`;
  await writeFile(join(out, "icons.svg"), sprite);
  return ["icons.svg"];
}

async function readSymbol(name) {
  const file = join(packages, "lucide-static", "icons", `${name}.svg`);
  if (!existsSync(file)) throw new Error(`frontend/icons.txt: Lucide has no icon named "${name}".`);
  const shapes = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(await readFile(file, "utf8"))[1];
  const drawing = shapes.replace(/\s+/g, " ").trim();
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
    `stroke-linecap="round" stroke-linejoin="round">${drawing}</symbol>`
  );
}

/** The fonts that receipts as PDF are drawn with on the server; no page loads them. */
async function copyFonts() {
  const fonts = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"];
  await Promise.all(fonts.map((name) => copyFile(join(packages, "dejavu-fonts-ttf", "ttf", name), join(out, name))));
  return fonts;
}

async function copyHtmx() {
  await copyFile(join(packages, "htmx.org", "dist", "htmx.min.js"), join(out, "htmx.js"));
  return ["htmx.js"];
}

const scripts = {
  entryPoints: bundles.map((name) => join(here, "src", `${name}.ts`)).filter(existsSync),
  format: "esm",
  // What two bundles share is loaded once; the hash in a chunk's name lets it be cached for ever.
  splitting: true,
  chunkNames: "chunk-[hash]",
};

const lone = {
  entryPoints: alone.map((name) => join(here, "src", `${name}.ts`)).filter(existsSync),
  format: "esm",
};

const styles = { entryPoints: ["main", "admin"].map((name) => join(here, "css", `${name}.css`)).filter(existsSync) };

/** Puts the exit page, with its script and styles inside it, into one file that needs no server. */
async function buildExit() {
  const folder = join(here, "src", "exit");
  const inline = { ...shared, outdir: undefined, write: false, metafile: false, legalComments: "none" };
  const [script, style] = await Promise.all([
    esbuild.build({ ...inline, entryPoints: [join(folder, "main.ts")], format: "iife" }),
    esbuild.build({ ...inline, entryPoints: [join(folder, "exit.css")] }),
  ]);
  // Nothing in a script or style may look like the end of its element.
  const [js, css] = [script, style].map((built) => built.outputFiles[0].text.trim().replaceAll("</", "<\\/"));
  const hash = (text) => createHash("sha256").update(text).digest("base64");
  const parts = { "@SCRIPT@": hash(js), "@STYLE@": hash(css), "@CSS@": css, "@JS@": js };
  const page = await readFile(join(folder, "page.html"), "utf8");
  await writeFile(join(out, "exit.html"), page.replace(/@[A-Z]+@/g, (name) => parts[name]));
  return ["exit.html"];
}

const shared = {
  absWorkingDir: root,
  outdir: out,
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: "linked",
  target: browsers,
  logLevel: "warning",
};

/** Removes what an earlier build left and this one did not write. */
async function removeStale(kept) {
  const stale = (await readdir(out)).filter((name) => !kept.has(name));
  await Promise.all(stale.map((name) => rm(join(out, name), { recursive: true })));
}

async function build() {
  await mkdir(out, { recursive: true });
  const jobs = [scripts, lone, styles].filter((job) => job.entryPoints.length > 0);
  const results = await Promise.all(jobs.map((job) => esbuild.build({ ...shared, ...job })));
  const written = results.flatMap((result) => Object.keys(result.metafile.outputs)).map((path) => path.split("/").pop());
  const kept = new Set([...written, ...(await copyHtmx()), ...(await copyFonts()), ...(await buildSprite()), ...(await buildExit())]);
  await removeStale(kept);
  console.log(`frontend: ${kept.size} files in exchange/static/parley`);
}

async function watch() {
  await build();
  for (const job of [scripts, lone, styles]) {
    const context = await esbuild.context({ ...shared, ...job, logLevel: "info" });
    await context.watch();
  }
}

await (process.argv.includes("--watch") ? watch() : build());
