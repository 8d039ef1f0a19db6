import { type Content, type Html, html } from "./html.ts";

/** A column of a table: its title and what it says of a row. A later column is one more entry in a list. */
export interface Column<Row> {
  title: string;
  cell(row: Row): Content;
}

/**
 * A table whose first column names the row. On a narrow screen the style shows each row as a list, which takes a browser's
 * own roles away, so they are written out; what is still too wide scrolls within the table, not the page.
 * @param caption says what the table is about; it is also the name of the part that scrolls
 */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  const head = columns.map(({ title }) => html`<th role="columnheader" scope="col">${title}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr role="row">${columns.map(({ title, cell }, index) =>
        index === 0
          ? html`<th role="rowheader" scope="row">${cell(row)}</th>`
          : html`<td role="cell" data-title="${title}">${cell(row)}</td>`,
      )}</tr>`,
  );
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">${body}</tbody></table></div>`;
}
