/** When an image is suspected of crashing what searches it, in the service and in bulk jobs. */

/** After so many crashes over an image it is searched no more: one may have hit it by chance while another image was the reason. */
export const crashesToQuarantine = 2;

/** For how many hours the service refuses it, and within how many the crashes count. Jobs have no end: their list is looked at by people. */
export const quarantineHours = 1;
