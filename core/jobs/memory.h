// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

namespace birblens {

/** What of this process lies in memory, in MiB; 0 where that cannot be known. */
double residentMegabytes();

/**
 * Gives memory that was freed back to the system, for any thread. glibc keeps it, in every thread's
 * arena; after a large day or a network was read that is 30 to 150 MB. Takes some ten milliseconds.
 */
void returnFreeMemory();

} // namespace birblens
