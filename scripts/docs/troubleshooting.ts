import type { ErrorChapter } from '../../src/errors/all-errors.js';

/** Every error under its code as a heading, so that `docs/troubleshooting.md#code_in_small_letters` leads to it. */
export function troubleshootingSection(chapters: readonly ErrorChapter[]): string {
  return chapters
    .map(({ heading, entries }) =>
      [
        `## ${heading}`,
        ...Object.entries(entries).map(
          ([code, { title, cause, action }]) =>
            `### ${code}\n\n**${title}.** ${cause}\n\nWhat to do: ${action}`,
        ),
      ].join('\n\n'),
    )
    .join('\n\n');
}
