#pragma once

#include <QByteArray>

namespace birblens {

/**
 * How many pictures the film @p file holds by its own index; 0 when it is no whole MP4: cut off,
 * without the index (`moov`), or with an index of more than is there. Boxes and tables are those of
 * ISO/IEC 14496-12 (4.2, 8.7.3); the film has one track.
 */
int mp4Pictures(const QByteArray &file);

} // namespace birblens
