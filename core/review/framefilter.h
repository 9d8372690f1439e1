// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/day.h"

#include <QDate>
#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <QSet>
#include <QString>
#include <QStringList>

#include <array>
#include <vector>

namespace birblens {

/** What may be remarkable about a frame. */
enum class Remark {
    PersonDisagrees, ///< the true label is not what was predicted
    CameraDisagrees, ///< Birb Cam's stored prediction is not the opened model's
    Conflict,        ///< the label was changed here and in Birb Cam's database
    Flagged,         ///< by the person
    Commented,       ///< by the person
    Unreadable,
    Gone,           ///< the camera deleted the file
    Trashed,        ///< the person did: such frames are shown only where this is asked for
    PictureChanged, ///< another picture has taken the labelled one's place
    UncertainTime   ///< the capture time is only the file's date
};
inline constexpr int remarkCount = 10;

/**
 * Which frames are shown. Within a group any entry suffices, and an empty group lets everything
 * pass; between groups all must pass.
 */
struct FrameFilter
{
    QStringList predicted;  ///< classes of the shown prediction; `none`: nothing predicted
    QStringList trueLabels; ///< of labelled frames; `none`: nothing there
    QList<ReviewState> states;
    QList<Remark> remarks;
    QList<QDate> dates; ///< of the camera's wall clock
    QDateTime from;     ///< wall clock; invalid: no limit
    QDateTime to;       ///< included; invalid: no limit
    QList<int> hours;   ///< 0..23, wall clock, of any date

    /** Whose probability must lie in [least, most]; empty: the confidence of what is shown. */
    QString probabilityOf;
    double least = 0.0;
    double most = 1.0;

    bool isDefault() const { return *this == FrameFilter(); }
    bool limitsProbability() const { return least > 0.0 || most < 1.0; }
    bool operator==(const FrameFilter &) const = default;
};

/** For filters that are saved by name. */
QJsonObject toJson(const FrameFilter &filter);
/** Unknown keys and values are left out. */
FrameFilter filterFromJson(const QJsonObject &json);

/** Probability that goes with the shown prediction: 0..1, negative when nothing is known. */
double shownProbability(const FrameEntry &entry);

/**
 * A filter made ready for many frames. @p vocabulary of the opened model: names become indices
 * once.
 */
class FrameMatcher
{
public:
    enum Group { Predicted, True, State, Remarked, Date, Hour, Probability, GroupCount };

    FrameMatcher(const FrameFilter &filter, const QStringList &vocabulary);

    bool matches(const FrameEntry &entry) const
    {
        return m_all ? !entry.trashed : failing(entry) == 0;
    }
    /** One bit per Group that does not let the frame pass. */
    unsigned failing(const FrameEntry &entry) const;
    /** Whatever the filter asks for. */
    bool has(const FrameEntry &entry, Remark remark) const;
    /** Probability of the filter's class, see FrameFilter::probabilityOf; negative when unknown. */
    double probability(const FrameEntry &entry) const;

private:
    bool predictedFits(const FrameEntry &entry) const;
    bool trueFits(const FrameEntry &entry) const;

    FrameFilter m_filter;
    QStringList m_vocabulary;
    std::vector<bool> m_classes; ///< wanted, by class index
    bool m_all = false;          ///< nothing is asked for
    bool m_none = false;         ///< frames with nothing predicted are wanted
    int m_probabilityClass = -1;
    bool m_trash = false; ///< frames in the trash are wanted
    std::array<bool, 4> m_states{};
    std::array<bool, 24> m_hours{};
};

/** How many frames every choice of the filter would show, the other groups as they are. */
struct FilterCounts
{
    static constexpr int bins = 50;
    QHash<QString, int> predicted;
    QHash<QString, int> trueLabels;
    std::array<int, 4> states{};            ///< by ReviewState
    std::array<int, remarkCount> remarks{}; ///< by Remark
    QMap<QDate, int> dates;
    std::array<int, 24> hours{};
    std::array<int, bins> probability{}; ///< histogram over [0, 1]
};

FilterCounts countChoices(const Day &day, const FrameFilter &filter, const QStringList &vocabulary);

} // namespace birblens
