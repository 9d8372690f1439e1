// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/framefilter.h"

#include <QJsonArray>

#include <algorithm>

namespace birblens {

namespace {

QStringList textsFrom(const QJsonValue &json)
{
    QStringList texts;
    for (const QJsonValue &value : json.toArray())
        texts.append(value.toString());
    return texts;
}

/** Filters of 0.1 held places in lists that must not change any more. */
QStringList oldChoices(const QJsonValue &json, const QStringList &names)
{
    QStringList choices;
    for (const QJsonValue &value : json.toArray()) {
        if (const int place = value.toInt(-1); place >= 0 && place < names.size())
            choices.append(names.at(place));
    }
    return choices;
}

void chooseAsBefore(const QJsonObject &json, FrameFilter &filter)
{
    static const QStringList states{QStringLiteral("unreviewed"), QStringLiteral("confirmed"),
                                    QStringLiteral("corrected"), QStringLiteral("unsure")};
    static const QStringList remarks{QStringLiteral("disagrees"),
                                     QStringLiteral("camera-disagrees"),
                                     QStringLiteral("conflict"),
                                     QStringLiteral("flagged"),
                                     QStringLiteral("commented"),
                                     QStringLiteral("unreadable"),
                                     QStringLiteral("gone"),
                                     QStringLiteral("trashed"),
                                     QStringLiteral("picture-changed"),
                                     QStringLiteral("uncertain-time")};
    QStringList hours;
    for (const QJsonValue &value : json[QStringLiteral("hours")].toArray())
        hours.append(QString::number(value.toInt(-1)));
    filter.choose(predictedCriterion, textsFrom(json[QStringLiteral("predicted")]))
        .choose(stateCriterion, oldChoices(json[QStringLiteral("states")], states))
        .choose(remarkCriterion, oldChoices(json[QStringLiteral("remarks")], remarks))
        .choose(dateCriterion, textsFrom(json[QStringLiteral("dates")]))
        .choose(hourCriterion, hours);
}

unsigned bitOf(const QString &criterion)
{
    const auto &all = frameCriteria();
    const auto found = std::find_if(all.cbegin(), all.cend(),
                                    [&](const auto &each) { return each->key == criterion; });
    return 1U << (found - all.cbegin());
}

/** Counts by number; frames that follow each other mostly belong to the same choices. */
class Tally
{
public:
    void add(int number)
    {
        if (!m_latest || number != m_number) {
            m_number = number;
            m_latest = &m_counts[number];
        }
        ++*m_latest;
    }
    const QHash<int, int> &counts() const { return m_counts; }

private:
    QHash<int, int> m_counts;
    int m_number = 0;
    int *m_latest = nullptr;
};

} // namespace

FrameFilter &FrameFilter::choose(const QString &criterion, const QStringList &choices)
{
    m_chosen.remove(criterion);
    if (const FrameCriterion *known = findCriterion(criterion)) {
        ClassNumbers classes({});
        QStringList fit;
        for (const QString &choice : choices) {
            if (known->number(choice, classes) >= 0)
                fit.append(choice);
        }
        if (!fit.isEmpty())
            m_chosen.insert(criterion, fit);
    }
    return *this;
}

QDate FrameFilter::onlyDate() const
{
    const QStringList dates = chosen(dateCriterion);
    return dates.size() == 1 ? QDate::fromString(dates.constFirst(), Qt::ISODate) : QDate();
}

QJsonObject toJson(const FrameFilter &filter)
{
    QJsonObject json{{QStringLiteral("from"), filter.from.toString(Qt::ISODateWithMs)},
                     {QStringLiteral("to"), filter.to.toString(Qt::ISODateWithMs)},
                     {QStringLiteral("probability_of"), filter.probabilityOf},
                     {QStringLiteral("least"), filter.least},
                     {QStringLiteral("most"), filter.most}};
    for (const auto &criterion : frameCriteria())
        json.insert(criterion->key, QJsonArray::fromStringList(filter.chosen(criterion->key)));
    return json;
}

FrameFilter filterFromJson(const QJsonObject &json)
{
    FrameFilter filter;
    chooseAsBefore(json, filter);
    for (const auto &criterion : frameCriteria()) {
        if (json.contains(criterion->key))
            filter.choose(criterion->key, textsFrom(json[criterion->key]));
    }
    filter.from = QDateTime::fromString(json[QStringLiteral("from")].toString(), Qt::ISODateWithMs);
    filter.to = QDateTime::fromString(json[QStringLiteral("to")].toString(), Qt::ISODateWithMs);
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
    , m_classes(vocabulary)
    , m_all(filter.isDefault())
    , m_trash(filter.chosen(remarkCriterion).contains(trashedChoice))
    , m_probabilityClass(static_cast<int>(vocabulary.indexOf(filter.probabilityOf)))
{
    for (const auto &criterion : frameCriteria()) {
        Wanted wanted{criterion.get(), bitOf(criterion->key), {}};
        for (const QString &choice : filter.chosen(criterion->key))
            wanted.numbers.insert(criterion->number(choice, m_classes));
        if (!wanted.numbers.isEmpty())
            m_wanted.push_back(wanted);
    }
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

unsigned FrameMatcher::probabilityBit()
{
    return 1U << frameCriteria().size();
}

unsigned FrameMatcher::failing(const FrameEntry &entry)
{
    static const unsigned remarkBit = bitOf(remarkCriterion);
    static const unsigned dateBit = bitOf(dateCriterion);
    unsigned bits = 0;
    for (const Wanted &wanted : m_wanted) {
        ChoiceNumbers numbers;
        wanted.criterion->choicesOf(entry, m_classes, numbers);
        if (std::none_of(numbers.cbegin(), numbers.cend(),
                         [&](int number) { return wanted.numbers.contains(number); }))
            bits |= wanted.bit;
    }
    if (entry.trashed && !m_trash)
        bits |= remarkBit;
    const QDateTime &time = entry.frame.captureTime;
    if ((m_filter.from.isValid() && time < m_filter.from) ||
        (m_filter.to.isValid() && time > m_filter.to))
        bits |= dateBit;
    if (m_filter.limitsProbability()) {
        const double p = probability(entry);
        if (p < m_filter.least || p > m_filter.most)
            bits |= probabilityBit();
    }
    return bits;
}

FilterCounts countChoices(const Day &day, const FrameFilter &filter, const QStringList &vocabulary)
{
    const auto &criteria = frameCriteria();
    FrameMatcher matcher(filter, vocabulary);
    FilterCounts counts;
    std::vector<Tally> tallies(criteria.size());
    for (int row = 0; row < day.size(); ++row) {
        const FrameEntry &entry = day.at(row);
        const unsigned bits = matcher.failing(entry);
        for (size_t i = 0; i < criteria.size(); ++i) {
            if ((bits & ~(1U << i)) != 0)
                continue; // another criterion keeps the frame away, whatever is chosen here
            ChoiceNumbers numbers;
            criteria[i]->choicesOf(entry, matcher.classes(), numbers);
            for (const int number : numbers)
                tallies[i].add(number);
        }
        if ((bits & ~FrameMatcher::probabilityBit()) == 0) {
            if (const double p = matcher.probability(entry); p >= 0.0)
                ++counts.probability[static_cast<size_t>(std::clamp(
                    static_cast<int>(p * FilterCounts::bins), 0, FilterCounts::bins - 1))];
        }
    }
    for (size_t i = 0; i < criteria.size(); ++i) {
        QHash<QString, int> &found = counts.choices[criteria[i]->key];
        const QHash<int, int> &tally = tallies[i].counts();
        for (auto it = tally.cbegin(); it != tally.cend(); ++it)
            found[criteria[i]->choice(it.key(), matcher.classes())] += *it;
    }
    return counts;
}

} // namespace birblens
