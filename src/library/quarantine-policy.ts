/** When an image that crashes its searches is quarantined, in the service and in bulk jobs. */

/**
 * An image with this many crashes is not searched again. One crash is not enough: it may be caused by another image
 * searched at the same time.
 */
export const crashesToQuarantine = 2;

/**
 * How many hours the service refuses the image, and within which the crashes count. Quarantined jobs have no time
 * limit: people look at their list.
 */
export const quarantineHours = 1;
