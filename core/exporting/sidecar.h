// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QByteArray>
#include <QStringList>

namespace birblens {

/** What Birblens says of a picture in its side-car. */
struct SideCarWords
{
    QStringList keywords;
    QStringList hierarchy; ///< the same, with levels: `Birblens|confirmed|chickadee`
    bool flagged = false;
    QString comment;

    bool isEmpty() const { return keywords.isEmpty() && !flagged && comment.isEmpty(); }
};

struct SideCar
{
    QByteArray packet;            ///< the whole file; empty when nothing is left to say
    bool isChanged = false;       ///< false: the file may stay as it is
    bool othersRated = false;     ///< flagged, but the rating is another program's and was left
    bool othersDescribed = false; ///< the same of a comment
};

/**
 * The side-car file @p old (empty: there is none) with what Birblens said in it replaced by
 * @p words. Every property of another program stays: the result is read again, by a reader that is
 * not the writer, and is an Error where one of them differs.
 *
 * Keywords are dc:subject and lr:hierarchicalSubject, a flag is xmp:Rating 5, a comment is
 * dc:description in x-default. Rating and description are only given where there is none. What was
 * added is repeated in properties of our own namespace, so that it can be taken out again:
 * birblens:subject, birblens:rating, birblens:description.
 */
Result<SideCar> replaceInSideCar(const QByteArray &old, const SideCarWords &words);

} // namespace birblens
