/** What Teams draws of Markdown in messages and text blocks: emphasis, links, lists, line breaks. All else stays as typed. */
const renderer = markdownit('zero', { html: false, breaks: true }).enable([
  'emphasis',
  'strikethrough',
  'escape',
  'link',
  'list',
  'newline',
])
renderer.renderer.rules.link_open = (tokens, index, options, _env, self) => {
  const token = tokens[index]
  token?.attrSet('target', '_blank')
  token?.attrSet('rel', 'noopener noreferrer')
  return self.renderToken(tokens, index, options)
}
renderer.validateLink = (url) => /^(https?:\/\/|mailto:)/i.test(url.trim())

/** HTML of a Markdown text. Raw HTML in it comes out as text, links lead to the web or to mail only. */
export const htmlOf = (markdown: string): string => renderer.render(markdown)

/** The same as nodes. The parser has escaped everything that was not Markdown. */
export function nodesOf(markdown: string): DocumentFragment {
  const parsed = new DOMParser().parseFromString(htmlOf(markdown), 'text/html')
  const fragment = document.createDocumentFragment()
  fragment.append(...parsed.body.childNodes)
  return fragment
}
