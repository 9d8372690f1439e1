// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/thumbnailcache.h"

namespace birblens {

/**
 * The thumbnail that another program has put into the desktop's shared cache (freedesktop.org
 * Thumbnail Managing Standard: PNG named by the MD5 of the file's address, with its time and size
 * inside), fitted into @p bound. Null when there is none that is large enough and of the file as it
 * was at @p stamp. Thread-safe; nothing is ever written there.
 */
QImage desktopThumbnail(const QString &path, const FileStamp &stamp, const QSize &bound);

} // namespace birblens
