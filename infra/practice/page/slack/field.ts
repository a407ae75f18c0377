/** What stands in an input: a date is `YYYY-MM-DD`, a choice its value, several choices a list of them. */
export type FieldValue = string | readonly string[]

/** An input of a block, drawn. */
export interface Field {
  readonly root: HTMLElement
  /** What has the focus, and what a label points at. */
  readonly control: HTMLElement
  /** Several controls under one name: labelled as a group. */
  readonly isGroup: boolean
  read(): FieldValue
  write(value: FieldValue): void
}
