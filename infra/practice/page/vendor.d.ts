import type * as AdaptiveCardsLibrary from 'adaptivecards'
import type scan from 'jsqr'
import type markdownIt from 'markdown-it'

/** What the browser builds under /practice/vendor put on the page. */
declare global {
  const AdaptiveCards: typeof AdaptiveCardsLibrary
  const markdownit: typeof markdownIt
  const jsQR: typeof scan.default
}
