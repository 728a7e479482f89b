/** Temporal's own UI in a headless browser: the pages that people open, and pictures of them. */
import { join } from 'node:path';
import { type Browser, chromium, type Frame, type Page } from 'playwright-core';

/** Columns of the workflow list. The UI keeps them in the browser; one adds them there with the columns button. */
const COLUMNS = ['Status', 'Workflow ID', 'Type', 'OpPhase', 'OpPlanKind', 'OpChainId', 'OpApprovalPending'];
const COLUMNS_KEY = 'namespace-workflow-table-columns';
const IMAGES = join(import.meta.dirname, '../../docs/images');
/** High enough for all steps of a plan: the UI draws only what is in sight. */
const VIEWPORT = { width: 1600, height: 2000 };
/** Where the page begins beside the UI's navigation. */
const LEFT = 256;

export type WorkflowTab = 'timeline' | 'pending-activities' | 'user-metadata';

export interface TemporalPages {
  /** The list of the workflows of one Kubernetes namespace, as text. */
  list(namespace: string): Promise<string>;
  /** One tab of a workflow's page. */
  open(workflowId: string, tab: WorkflowTab): Promise<void>;
  /** Text of the page and of the rendered Markdown in it. */
  text(): Promise<string>;
  /** Writes a picture to docs/images, when pictures are asked for: the upper `until` pixels, or what is above a text. */
  picture(name: string, until: number | string): Promise<void>;
  close(): Promise<void>;
}

export interface TemporalPagesOptions {
  readonly executablePath: string;
  readonly uiUrl: string;
  /** Id of the latest run of a workflow: its pages are addressed by it. */
  readonly runIdOf: (workflowId: string) => Promise<string>;
  readonly takePictures: boolean;
}

export async function openTemporalPages({
  executablePath,
  uiUrl,
  runIdOf,
  takePictures,
}: TemporalPagesOptions): Promise<TemporalPages> {
  // Only our own server on this machine is opened, and as root Chromium has no sandbox.
  const browser: Browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
  const page: Page = await browser.newPage({ viewport: VIEWPORT });
  const columns = JSON.stringify({ default: COLUMNS.map((label) => ({ label })) });
  await page.addInitScript(([key, value]) => localStorage.setItem(key ?? '', value ?? ''), [COLUMNS_KEY, columns]);
  const workflows = `${uiUrl}/namespaces/default/workflows`;

  return {
    async list(namespace) {
      await page.goto(`${workflows}?query=${encodeURIComponent(`OpNamespace="${namespace}"`)}`);
      await page
        .getByRole('link', { name: `/${namespace}/`, exact: false })
        .first()
        .waitFor();
      return visibleText(page.mainFrame());
    },
    async open(workflowId, tab) {
      await page.goto(`${workflows}/${encodeURIComponent(workflowId)}/${await runIdOf(workflowId)}/${tab}`);
      await page.getByText('Back to Workflows').waitFor();
    },
    async text() {
      const texts = await Promise.all(page.frames().map(visibleText));
      return texts.join('\n');
    },
    async picture(name, until) {
      if (!takePictures) return;
      const height = typeof until === 'number' ? until : ((await page.getByText(until).first().boundingBox())?.y ?? 0);
      const clip = { x: LEFT, y: 0, width: VIEWPORT.width - LEFT, height };
      await page.screenshot({ path: join(IMAGES, `${name}.png`), clip });
    },
    close: () => browser.close(),
  };
}

function visibleText(frame: Frame): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what people can see, not the styles and scripts beside it
  return frame.locator('body').innerText();
}
