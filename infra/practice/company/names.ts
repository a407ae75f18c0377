/** First names for the people nobody needs to know by name. */
export const firstNames = (
  'Aisha Aleksander Amara Anouk Arjun Beatriz Bogdan Camille Chidi Chloé Dagny Diego Elif Emeka Esra Fatou Fiadh Florian ' +
  'Gabriela Goran Hana Hiroshi Hye-jin Ibrahim Ilse Imani Jasmin João Jürgen Kaito Katarzyna Kofi Lætitia Leïla Linh ' +
  'Lourdes Małgorzata Marek Mei Mihai Nadia Naveen Nikolai Ngozi Olu Oriol Paloma Petra Quentin Rania Renée Rohan Saoirse ' +
  'Sibusiso Siobhán Sofía Søren Tariq Thandiwe Thị Uma Valentina Viktor Wei Xiomara Yara Yusuf Žofie'
).split(' ')

/** Last names for the same. */
export const lastNames = (
  'Abebe Achterberg Adeyemi Andersen Bakker Banerjee Bianchi Castañeda Chen Contreras Demir Dubois Eriksson Farouk Fernández ' +
  'Fischer Gallagher García Grönholm Gutiérrez Haile Hansen Hoxha Ivanova Jankowski Kaplan Kim Kowalczyk Kurz Laurent ' +
  'Lefèvre Li Mbeki Meier Mohamud Müller Nagy Nakamura Nguyễn Nowak Ødegård Okafor Öztürk Papadopoulos Pereira Petrov Quispe ' +
  'Rasmussen Rossi Ryan Šimić Singh Smit Sørensen Szabó Takahashi Teixeira Tshabalala Ueda Vance Vasquez Wójcik Yamada Zhou'
).split(' ')

/** The part before the @: ASCII, lower case, dots between words. Accents fall off; letters without one are spelled. */
export function localPart(name: string): string {
  const spelled: Record<string, string> = { ø: 'o', ł: 'l', æ: 'ae', đ: 'd', ß: 'ss' }
  return name
    .toLowerCase()
    .replaceAll(/[øłæđß]/g, (letter) => spelled[letter] ?? '')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '.')
    .replaceAll(/^\.+|\.+$/g, '')
}
