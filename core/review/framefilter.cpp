// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/framefilter.h"

#include <QJsonArray>

#include <algorithm>

namespace birblens {

namespace {

const QString noneName = QStringLiteral("none");

template <class T>
QJsonArray numbers(const QList<T> &values)
{
    QJsonArray array;
    for (const T value : values)
        array.append(static_cast<int>(value));
    return array;
}

template <class T>
QList<T> numbersFrom(const QJsonValue &json, int count)
{
    QList<T> values;
    for (const QJsonValue &value : json.toArray()) {
        if (const int number = value.toInt(-1); number >= 0 && number < count)
            values.append(static_cast<T>(number));
    }
    return values;
}

QStringList textsFrom(const QJsonValue &json)
{
    QStringList texts;
    for (const QJsonValue &value : json.toArray())
        texts.append(value.toString());
    return texts;
}

QStringList predictedNames(const FrameEntry &entry, const QStringList &vocabulary)
{
    if (!entry.prediction)
        return entry.frame.camera ? entry.frame.camera->labels : QStringList();
    QStringList names;
    for (const int index : entry.prediction->classes)
        names.append(vocabulary.value(index));
    return names;
}

bool predictionKnown(const FrameEntry &entry)
{
    return entry.prediction || entry.frame.camera;
}

bool sameNames(QStringList a, QStringList b)
{
    if (a.size() != b.size() || a.size() < 2)
        return a == b;
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

} // namespace

QJsonObject toJson(const FrameFilter &filter)
{
    QJsonArray dates;
    for (const QDate &date : filter.dates)
        dates.append(date.toString(Qt::ISODate));
    return {{QStringLiteral("predicted"), QJsonArray::fromStringList(filter.predicted)},
            {QStringLiteral("true"), QJsonArray::fromStringList(filter.trueLabels)},
            {QStringLiteral("states"), numbers(filter.states)},
            {QStringLiteral("remarks"), numbers(filter.remarks)},
            {QStringLiteral("dates"), dates},
            {QStringLiteral("from"), filter.from.toString(Qt::ISODateWithMs)},
            {QStringLiteral("to"), filter.to.toString(Qt::ISODateWithMs)},
            {QStringLiteral("hours"), numbers(filter.hours)},
            {QStringLiteral("probability_of"), filter.probabilityOf},
            {QStringLiteral("least"), filter.least},
            {QStringLiteral("most"), filter.most}};
}

FrameFilter filterFromJson(const QJsonObject &json)
{
    FrameFilter filter;
    filter.predicted = textsFrom(json[QStringLiteral("predicted")]);
    filter.trueLabels = textsFrom(json[QStringLiteral("true")]);
    filter.states = numbersFrom<ReviewState>(json[QStringLiteral("states")], 4);
    filter.remarks = numbersFrom<Remark>(json[QStringLiteral("remarks")], remarkCount);
    for (const QString &text : textsFrom(json[QStringLiteral("dates")])) {
        if (const QDate date = QDate::fromString(text, Qt::ISODate); date.isValid())
            filter.dates.append(date);
    }
    filter.from = QDateTime::fromString(json[QStringLiteral("from")].toString(), Qt::ISODateWithMs);
    filter.to = QDateTime::fromString(json[QStringLiteral("to")].toString(), Qt::ISODateWithMs);
    filter.hours = numbersFrom<int>(json[QStringLiteral("hours")], 24);
    filter.probabilityOf = json[QStringLiteral("probability_of")].toString();
    filter.least = std::clamp(json[QStringLiteral("least")].toDouble(0.0), 0.0, 1.0);
    filter.most = std::clamp(json[QStringLiteral("most")].toDouble(1.0), filter.least, 1.0);
    return filter;
}

double shownProbability(const FrameEntry &entry)
{
    if (entry.prediction)
        return entry.prediction->confidence;
    // A confidence of 0 means that only the file name is known.
    if (entry.frame.camera && entry.frame.camera->confidence > 0.0)
        return entry.frame.camera->confidence;
    return -1.0;
}

FrameMatcher::FrameMatcher(const FrameFilter &filter, const QStringList &vocabulary)
    : m_filter(filter)
    , m_vocabulary(vocabulary)
    , m_classes(static_cast<size_t>(vocabulary.size()), false)
    , m_all(filter.isDefault())
    , m_none(filter.predicted.contains(noneName))
    , m_probabilityClass(static_cast<int>(vocabulary.indexOf(filter.probabilityOf)))
    , m_trash(filter.remarks.contains(Remark::Trashed))
{
    for (const QString &name : filter.predicted) {
        if (const qsizetype index = vocabulary.indexOf(name); index >= 0)
            m_classes[static_cast<size_t>(index)] = true;
    }
    for (const ReviewState state : filter.states)
        m_states[static_cast<size_t>(state)] = true;
    for (const int hour : filter.hours)
        m_hours[static_cast<size_t>(hour)] = true;
}

bool FrameMatcher::predictedFits(const FrameEntry &entry) const
{
    if (entry.prediction) {
        const QList<int> &classes = entry.prediction->classes;
        if (classes.isEmpty())
            return m_none;
        return std::any_of(classes.cbegin(), classes.cend(), [this](int index) {
            return static_cast<size_t>(index) < m_classes.size() &&
                   m_classes[static_cast<size_t>(index)];
        });
    }
    if (!entry.frame.camera)
        return false;
    const QStringList &labels = entry.frame.camera->labels;
    if (labels.isEmpty())
        return m_none;
    return std::any_of(labels.cbegin(), labels.cend(),
                       [this](const QString &name) { return m_filter.predicted.contains(name); });
}

bool FrameMatcher::trueFits(const FrameEntry &entry) const
{
    if (!entry.label().isLabelled())
        return false;
    const QStringList &labels = entry.label().labels;
    if (labels.isEmpty())
        return m_filter.trueLabels.contains(noneName);
    return std::any_of(labels.cbegin(), labels.cend(),
                       [this](const QString &name) { return m_filter.trueLabels.contains(name); });
}

bool FrameMatcher::has(const FrameEntry &entry, Remark remark) const
{
    switch (remark) {
    case Remark::PersonDisagrees:
        return entry.label().isLabelled() && predictionKnown(entry) &&
               !sameNames(entry.label().labels, predictedNames(entry, m_vocabulary));
    case Remark::CameraDisagrees:
        return entry.prediction && entry.frame.camera &&
               !sameNames(entry.frame.camera->labels, predictedNames(entry, m_vocabulary));
    case Remark::Conflict:
        return entry.record.conflict.has_value();
    case Remark::Flagged:
        return entry.mark.flagged;
    case Remark::Commented:
        return !entry.mark.comment.isEmpty();
    case Remark::Unreadable:
        return !entry.problem.isEmpty();
    case Remark::Gone:
        return entry.frame.gone && !entry.trashed;
    case Remark::Trashed:
        return entry.trashed;
    case Remark::PictureChanged:
        return entry.pictureChanged();
    case Remark::UncertainTime:
        return entry.frame.timeUncertain();
    }
    return false;
}

double FrameMatcher::probability(const FrameEntry &entry) const
{
    if (m_filter.probabilityOf.isEmpty())
        return shownProbability(entry);
    if (entry.prediction)
        return m_probabilityClass < 0 ? -1.0
                                      : static_cast<double>(entry.prediction->probabilities.value(
                                            m_probabilityClass, -1.0F));
    if (entry.frame.camera && entry.frame.camera->labels.contains(m_filter.probabilityOf))
        return shownProbability(entry);
    return -1.0;
}

unsigned FrameMatcher::failing(const FrameEntry &entry) const
{
    unsigned bits = 0;
    const auto fail = [&bits](Group group, bool fails) { bits |= fails ? 1U << group : 0U; };
    if (!m_filter.predicted.isEmpty())
        fail(Predicted, !predictedFits(entry));
    if (!m_filter.trueLabels.isEmpty())
        fail(True, !trueFits(entry));
    if (!m_filter.states.isEmpty())
        fail(State, !m_states[static_cast<size_t>(entry.state())]);
    if (entry.trashed)
        fail(Remarked, !m_trash);
    else if (!m_filter.remarks.isEmpty())
        fail(Remarked, std::none_of(m_filter.remarks.cbegin(), m_filter.remarks.cend(),
                                    [&](Remark remark) { return has(entry, remark); }));
    const QDateTime &time = entry.frame.captureTime;
    fail(Date, (!m_filter.dates.isEmpty() && !m_filter.dates.contains(time.date())) ||
                   (m_filter.from.isValid() && time < m_filter.from) ||
                   (m_filter.to.isValid() && time > m_filter.to));
    if (!m_filter.hours.isEmpty()) {
        const int hour = entry.frame.captureTime.time().hour();
        fail(Hour, hour < 0 || !m_hours[static_cast<size_t>(hour)]);
    }
    if (m_filter.limitsProbability()) {
        const double p = probability(entry);
        fail(Probability, p < m_filter.least || p > m_filter.most);
    }
    return bits;
}

FilterCounts countChoices(const Day &day, const FrameFilter &filter, const QStringList &vocabulary)
{
    const FrameMatcher matcher(filter, vocabulary);
    FilterCounts counts;
    std::vector<int> classes(static_cast<size_t>(vocabulary.size()), 0);
    int nothing = 0;
    QDate date; // of the frame before: nearly always this one's, too
    int *ofDate = nullptr;
    for (int row = 0; row < day.size(); ++row) {
        const FrameEntry &entry = day.at(row);
        const unsigned bits = matcher.failing(entry);
        if (entry.trashed && (bits & ~(1U << FrameMatcher::Remarked)) == 0)
            ++counts.remarks[static_cast<size_t>(Remark::Trashed)];
        if (entry.trashed && !filter.remarks.contains(Remark::Trashed))
            continue;
        const auto alone = [bits](FrameMatcher::Group group) {
            return (bits & ~(1U << group)) == 0;
        };
        if (alone(FrameMatcher::Predicted) && entry.prediction) {
            for (const int index : entry.prediction->classes)
                ++classes[static_cast<size_t>(index)];
            nothing += entry.prediction->classes.isEmpty() ? 1 : 0;
        } else if (alone(FrameMatcher::Predicted) && entry.frame.camera) {
            for (const QString &name : entry.frame.camera->labels)
                ++counts.predicted[name];
            nothing += entry.frame.camera->labels.isEmpty() ? 1 : 0;
        }
        if (alone(FrameMatcher::True) && entry.label().isLabelled()) {
            for (const QString &name : entry.label().labels)
                ++counts.trueLabels[name];
            if (entry.label().labels.isEmpty())
                ++counts.trueLabels[noneName];
        }
        if (alone(FrameMatcher::State))
            ++counts.states[static_cast<size_t>(entry.state())];
        for (int i = 0; i < remarkCount && alone(FrameMatcher::Remarked) && !entry.trashed; ++i)
            counts.remarks[static_cast<size_t>(i)] +=
                matcher.has(entry, static_cast<Remark>(i)) ? 1 : 0;
        const QDateTime &time = entry.frame.captureTime;
        if (alone(FrameMatcher::Date)) {
            if (!ofDate || time.date() != date) {
                date = time.date();
                ofDate = &counts.dates[date];
            }
            ++*ofDate;
        }
        const int hour = time.time().hour();
        if (alone(FrameMatcher::Hour) && hour >= 0)
            ++counts.hours[static_cast<size_t>(hour)];
        if (alone(FrameMatcher::Probability)) {
            const double p = matcher.probability(entry);
            if (p >= 0.0)
                ++counts.probability[static_cast<size_t>(std::clamp(
                    static_cast<int>(p * FilterCounts::bins), 0, FilterCounts::bins - 1))];
        }
    }
    for (qsizetype i = 0; i < vocabulary.size(); ++i) {
        if (classes[static_cast<size_t>(i)] > 0)
            counts.predicted[vocabulary[i]] += classes[static_cast<size_t>(i)];
    }
    if (nothing > 0)
        counts.predicted[noneName] += nothing;
    return counts;
}

} // namespace birblens
