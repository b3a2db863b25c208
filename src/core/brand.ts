declare const brand: unique symbol

/** `T` that was parsed at the door: nothing but a parser or a generator makes one. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
