// SPDX-License-Identifier: GPL-3.0-or-later

// Labels from a MegaDetector JSON that Birblens wrote.

#include "core/exporting/saidlabels.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace birblens {

Result<SaidLabels> readMegaDetector(const QByteArray &bytes, const LabelSpelling &spelling,
                                    const QString &path)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &problem);
    if (problem.error != QJsonParseError::NoError)
        return Error{
            QStringLiteral("This JSON cannot be read: %1 in line %2")
                .arg(problem.errorString())
                .arg(bytes.first(std::min<qsizetype>(problem.offset, bytes.size())).count('\n') +
                     1),
            path, QStringLiteral("Write it again; numbers that are NaN are no JSON")};
    const QJsonObject all = document.object();
    const bool images = all.value(QLatin1String("images")).isArray();
    if (!images || !all.value(QLatin1String("detection_categories")).isObject())
        return Error{QStringLiteral("This JSON is not MegaDetector's: it has no %1")
                         .arg(images ? QStringLiteral("detection_categories")
                                     : QStringLiteral("list of images")),
                     path, QStringLiteral("Give a table, or a file of the megadetector export")};
    SaidLabels said;
    bool person = false;
    for (const QJsonValue &value : all.value(QLatin1String("images")).toArray()) {
        const QJsonObject image = value.toObject();
        SaidLabel label;
        label.path = image.value(QLatin1String("file")).toString();
        const QJsonValue word = image.value(QLatin1String("true_label"));
        if (word.isString()) {
            label.label = labelFromCell(word.toString(), spelling);
        } else if (word.isArray()) {
            QStringList names;
            for (const QJsonValue &name : word.toArray())
                names.append(spelling.of(name.toString()));
            label.label = TrueLabel::of(names);
        }
        person = person || label.label.has_value();
        said.labels.append(label);
    }
    if (!person && !said.labels.isEmpty())
        return Error{QStringLiteral("This is what a detector found: none of its %1 images says "
                                    "what a person saw")
                         .arg(said.labels.size()),
                     path,
                     QStringLiteral("Labels come from a person: review the results and give the "
                                    "table that the review tool writes")};
    return said;
}

} // namespace birblens
