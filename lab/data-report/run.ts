// One data report, for main.ts: DATA_DIR EMBEDDER BASE_URL. Prints what it took.
import { loadConfig } from '#app/config.ts';
import { collectReport } from '#quality/report/collect-report.ts';
import { toReportPage } from '#quality/report/report-page.ts';

const started = performance.now();
const [dataDir, embedder, baseUrl] = process.argv.slice(2);
const config = loadConfig({
  ANSWERDESK_DATA_DIR: dataDir,
  ANSWERDESK_EMBEDDER: embedder,
  ANSWERDESK_EMBEDDER_BASE_URL: baseUrl,
});
const report = await collectReport(config, { evalsDir: '' });
const page = toReportPage(report);
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const { pastConversations, chatConversations } = report.counts;
process.stdout.write(
  `${pastConversations} past conversations, ${chatConversations} of the desk: ${Math.round((performance.now() - started) / 1000)} s, ${Math.round((userCPUTime + systemCPUTime) / 1e6)} CPU-s, peak ${Math.round(maxRSS / 1024)} MB, page ${Math.round(page.length / 1000)} kB\n`,
);
