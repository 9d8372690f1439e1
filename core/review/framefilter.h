// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/framecriteria.h"

#include <QDateTime>
#include <QHash>
#include <QJsonObject>
#include <QMap>
#include <QString>
#include <QStringList>

#include <array>
#include <vector>

namespace birblens {

/**
 * Which frames are shown. Of a criterion any chosen entry suffices, and a criterion without one
 * lets everything pass; a frame must pass all criteria, the time range and the probability. Frames
 * in the trash are shown only where that is chosen.
 */
class FrameFilter
{
public:
    /** Keys of choices; see FrameCriterion. */
    QStringList chosen(const QString &criterion) const { return m_chosen.value(criterion); }
    /** Choices that the criterion does not know are left out. @return *this */
    FrameFilter &choose(const QString &criterion, const QStringList &choices);
    /** The date of capture where one alone is chosen; else invalid. */
    QDate onlyDate() const;

    QDateTime from; ///< wall clock; invalid: no limit
    QDateTime to;   ///< included; invalid: no limit

    /** Whose probability must lie in [least, most]; empty: the confidence of what is shown. */
    QString probabilityOf;
    double least = 0.0;
    double most = 1.0;

    bool isDefault() const { return *this == FrameFilter(); }
    bool limitsProbability() const { return least > 0.0 || most < 1.0; }
    bool operator==(const FrameFilter &) const = default;

private:
    QMap<QString, QStringList> m_chosen; ///< by criterion; none is empty
};

/** For filters that are saved by name. */
QJsonObject toJson(const FrameFilter &filter);
/** Unknown keys and values are left out. Also reads what version 1.0 and earlier have saved. */
FrameFilter filterFromJson(const QJsonObject &json);

/** Probability that goes with the shown prediction: 0..1, negative when nothing is known. */
double shownProbability(const FrameEntry &entry);

/** A set of small numbers, most of them below 64. */
class NumberSet
{
public:
    void insert(int number)
    {
        if (number >= 0 && number < 64)
            m_low |= quint64(1) << number;
        else
            m_high.append(number);
    }
    bool contains(int number) const
    {
        return number >= 0 && number < 64 ? (m_low >> number & 1U) != 0 : m_high.contains(number);
    }
    bool isEmpty() const { return m_low == 0 && m_high.isEmpty(); }

private:
    quint64 m_low = 0;
    QList<int> m_high;
};

/**
 * A filter made ready for many frames. @p vocabulary of the opened model. Remembers names that it
 * meets, so it belongs to one thread.
 */
class FrameMatcher
{
public:
    FrameMatcher(const FrameFilter &filter, const QStringList &vocabulary);

    bool matches(const FrameEntry &entry) { return m_all ? !entry.trashed : failing(entry) == 0; }
    /** What does not let the frame pass: bit i for frameCriteria()[i], then probabilityBit(). */
    unsigned failing(const FrameEntry &entry);
    static unsigned probabilityBit();
    /** Probability of the filter's class, see FrameFilter::probabilityOf; negative when unknown. */
    double probability(const FrameEntry &entry) const;
    ClassNumbers &classes() { return m_classes; }

private:
    struct Wanted
    {
        const FrameCriterion *criterion;
        unsigned bit;
        NumberSet numbers;
    };

    FrameFilter m_filter;
    ClassNumbers m_classes;
    std::vector<Wanted> m_wanted; ///< criteria of which something is chosen
    bool m_all = false;           ///< nothing is asked for
    bool m_trash = false;         ///< frames in the trash are wanted
    int m_probabilityClass = -1;
};

/** How many frames every choice of the filter would show, the other criteria as they are. */
struct FilterCounts
{
    static constexpr int bins = 50;
    QHash<QString, QHash<QString, int>> choices; ///< by criterion, by choice; none is 0
    std::array<int, bins> probability{};         ///< histogram over [0, 1]

    int of(const QString &criterion, const QString &choice) const
    {
        return choices.value(criterion).value(choice);
    }
};

FilterCounts countChoices(const Day &day, const FrameFilter &filter, const QStringList &vocabulary);

} // namespace birblens
