const tone = (name: string) => ({ default: `var(--card-${name})`, subtle: `var(--card-${name}-subtle)` })
const colors = {
  default: tone('text'),
  dark: tone('text'),
  light: tone('text'),
  accent: tone('accent'),
  good: tone('good'),
  warning: tone('warning'),
  attention: tone('attention'),
}
const style = (background: string) => ({ backgroundColor: `var(--card-${background})`, foregroundColors: colors })
const fontSizes = { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 }
const fontWeights = { lighter: 300, default: 400, bolder: 600 }

/**
 * How Teams draws Adaptive Cards: its spacing, sizes and weights. Colours are the page's own custom properties, so that
 * a card follows light and dark without being drawn anew.
 */
export const hostConfig = {
  supportsInteractivity: true,
  fontTypes: {
    default: { fontFamily: 'inherit', fontSizes, fontWeights },
    monospace: { fontFamily: "'Cascadia Mono', Consolas, 'DejaVu Sans Mono', monospace", fontSizes, fontWeights },
  },
  lineHeights: { small: 16, default: 20, medium: 20, large: 24, extraLarge: 32 },
  spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
  separator: { lineThickness: 1, lineColor: 'var(--line)' },
  imageSizes: { small: 32, medium: 52, large: 100 },
  containerStyles: {
    default: style('surface'),
    emphasis: style('emphasis'),
    accent: style('emphasis'),
    good: style('emphasis'),
    warning: style('emphasis'),
    attention: style('emphasis'),
  },
  inputs: {
    label: {
      inputSpacing: 'small',
      requiredInputs: { suffix: ' *', suffixColor: 'attention', weight: 'default' },
      optionalInputs: { weight: 'default' },
    },
    errorMessage: { color: 'attention', spacing: 'small' },
  },
  actions: {
    maxActions: 12,
    spacing: 'default',
    // The style sheet keeps the buttons apart: what stands between them would be in the way when they wrap.
    buttonSpacing: 0,
    allowTitleToWrap: true,
    showCard: { actionMode: 'inline', inlineTopMargin: 12 },
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
  },
  adaptiveCard: { allowCustomStyle: false },
  factSet: {
    title: { weight: 'bolder', size: 'default', wrap: true, maxWidth: 120 },
    value: { size: 'default', wrap: true },
    spacing: 12,
  },
  textBlock: { headingLevel: 3 },
}
