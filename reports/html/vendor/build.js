// Makes charts.min.js: `npm ci && npm run build`. The licence texts that binary
// redistribution asks for travel in front of the code, so that a report page carries them too.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version;
const licence = (name) => readFileSync(`licenses/${name}`, "utf8").replaceAll("\r\n", "\n").trim();
const notice = [
  `Apache ECharts ${version("echarts")} (a part of it, minified), licensed under the Apache License, Version 2.0,`,
  `http://www.apache.org/licenses/LICENSE-2.0`,
  licence("NOTICE-echarts.txt"),
  `\nIt includes zrender ${version("zrender")}:\n${licence("LICENSE-zrender.txt")}`,
  `\nand parts of d3:\n${licence("LICENSE-d3.txt")}`,
  `\nand tslib ${version("tslib")}:\n${licence("LICENSE-tslib.txt")}`,
].join("\n");

await build({
  entryPoints: ["charts.js"],
  outfile: "charts.min.js",
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "echarts",
  target: "es2020",
  charset: "ascii",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  banner: { js: `/*!\n${notice}\n*/` },
});
