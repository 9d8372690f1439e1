// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>

#include <cstdint>

namespace birblens {

/**
 * What the network makes of a frame just before it names classes (see penultimate.h), as a
 * direction: frames that look alike to the network point the same way, however strongly.
 *
 * Kept as one signed byte per number, the largest magnitude of the vector being 127; the length is
 * not kept, it does not matter to a direction. Rounding turns a vector of n numbers by at most
 * sqrt(n) / (2 |q|), q being the bytes: cosines of real networks' features (512 to 1280 numbers)
 * are off by less than 0.003, see tests/tst_features.cpp.
 *
 * @return @p count bytes; all 0 when every number is 0 or one is not finite.
 */
QByteArray packedFeatures(const float *values, qsizetype count);

/** Sum of a_i b_i, for up to 100,000 numbers. */
int32_t dotProduct(const int8_t *a, const int8_t *b, qsizetype count);

/** Of two packed vectors: -1 to 1; 0 when one has no direction or they differ in size. */
double cosine(const QByteArray &a, const QByteArray &b);

} // namespace birblens
