/** `build` makes an image and proves it, `prove` only proves one that is there, `harvest` takes the closed pieces from AWS's EKS image. */
export type Purpose = (typeof purposes)[number];
export const purposes = ["build", "prove", "harvest"] as const;
