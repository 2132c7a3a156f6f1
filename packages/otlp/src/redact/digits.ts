/** Whether `digits` is the number of a payment card: its length and first digits are of an issuer, and its last one is right. */
export function isCard(digits: string): boolean {
  return issued.test(digits) && hasLuhnDigit(digits)
}

// Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay: https://en.wikipedia.org/wiki/Payment_card_number
const issued =
  /^(?:4(?:\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011\d{12}|4[4-9]\d{13}|5\d{14})|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62(?:\d{14}|\d{17}))$/

// ISO/IEC 7812-1, annex B.
function hasLuhnDigit(digits: string): boolean {
  let sum = 0
  for (let index = digits.length - 1, doubles = false; index >= 0; index--, doubles = !doubles) {
    const digit = digits.charCodeAt(index) - 48
    const counted = doubles ? digit * 2 : digit
    sum += counted > 9 ? counted - 9 : counted
  }
  return sum % 10 === 0
}

const citizen =
  /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)\d{4}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]$/
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const checkDigits = '10X98765432'

/** Whether it is a Chinese citizen's number, GB 11643-1999: a province, a day of birth, and the check digit of both. */
export function isCitizenId(text: string): boolean {
  if (!citizen.test(text)) return false
  let sum = 0
  for (const [index, weight] of weights.entries()) sum += (text.charCodeAt(index) - 48) * weight
  return checkDigits[sum % 11] === text[17]?.toUpperCase()
}

// The beginnings that China's operators have been given.
const mobile = /^(?:86)?1(?:3\d|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])\d{8}$/

/** Whether it is the number of a mobile phone in China, with or without the country's 86. */
export function isChineseMobile(digits: string): boolean {
  return mobile.test(digits)
}
