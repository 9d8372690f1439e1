// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/classscores.h"

#include <QByteArray>
#include <QImage>
#include <QString>

namespace birblens {

/** @p text with U+FFFD for every character that XML cannot hold. */
QString printable(const QString &text);

/** @p text for HTML and XML: escaped, without characters that XML cannot hold. */
QString htmlEscaped(const QString &text);

/** Numbers and dates of a report: English, `4,310`, `8 Feb 2021`. */
QString htmlNumber(qint64 number);
QString htmlDate(const QDate &date);
/** `8 Feb 2021 10:56:58`, without seconds where they are not wanted. */
QString htmlTime(const QDateTime &time, bool seconds = true);
/** `1 frame`, `4,310 frames`. */
QString htmlCount(qint64 number, const QString &one, const QString &many);
/** `74 % (51 to 88)`, else a dash. */
QString htmlShare(const std::optional<Share> &share);

/** @p html is HTML already; @p style is a class of the page's style sheet. */
QString htmlParagraph(const QString &html, const char *style = "");

/** An `<img>` with the picture inside, at most @p height pixels high (JPEG); empty when it cannot
 * be encoded. */
QString htmlImage(const QImage &image, int height, const QString &alternative);

/** The page around @p body; @p title is plain text. */
QByteArray htmlPage(const QString &title, const QString &body);

} // namespace birblens
