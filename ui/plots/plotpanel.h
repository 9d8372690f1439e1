// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/sample.h"
#include "core/result.h"

#include <QElapsedTimer>
#include <QThreadPool>
#include <QTimer>
#include <QWidget>

#include <functional>
#include <memory>
#include <optional>

class QCustomPlot;
class QHBoxLayout;
class QLabel;
class QStackedWidget;
class QVBoxLayout;

namespace birblens {

class ElidedLabel;
class ReviewSession;

/**
 * A plot of the session's shown frames with a title, a note of what it covers, and words where
 * there is nothing to draw. Works only while it can be seen: changes that come together are one
 * recomputation a moment later, those that come while it is hidden wait until it is shown.
 *
 * The frames' values are gathered in slices of a few milliseconds, then computed on a thread of the
 * panel's own; what comes back is drawn when nothing has overtaken it. A kind of plot implements
 * computation() and applies its own colours in restyle().
 */
class PlotPanel : public QWidget
{
    Q_OBJECT
public:
    ~PlotPanel() override; ///< waits for what is being computed

    ReviewSession &session() const { return m_session; }
    QCustomPlot *plot() const { return m_plot; }
    QString title() const { return m_title; }
    QString note() const;
    QString words() const; ///< why there is no plot; empty when there is one
    /** What changed is gathered now, not in a moment; drawn() follows. */
    void refresh();
    void paintNow();                       ///< the same plot once more
    bool isBusy() const { return m_busy; } ///< drawn() is to come

    /** The ending of @p path says the format: png, svg, pdf. */
    Result<QString> exportTo(const QString &path);

Q_SIGNALS:
    void drawn(); ///< the plot, or the words, say what is the case now

protected:
    /** Shows what was computed, with showPlot() or showWords(). GUI thread. */
    using Drawing = std::function<void(const SampleSet &samples)>;
    /** On another thread: uses nothing but the samples and what it has captured by value. */
    using Computation = std::function<Drawing(const SampleSet &samples)>;

    PlotPanel(ReviewSession &session, const QString &title, QWidget *parent);

    /** What is to be computed; null when showWords() has said why there is nothing. */
    virtual Computation computation() = 0;
    virtual void restyle() {} ///< palette or font changed; axes and legends are done already

    /** Another choice of the person: the same samples where they are still right. */
    void recompute();
    /** Keys by Sample::frame of the samples that are drawn. */
    const QStringList &gatheredKeys() const { return m_drawnKeys; }
    void showPlot(const QString &note);
    void showWords(const QString &words);
    /** "of the 212 shown frames". */
    QString ofShown() const;
    void schedule();
    void styleAxes();
    void showLegendAbove(); ///< above the axes: inside it would hide what is drawn

    QHBoxLayout *tools() const { return m_tools; }   ///< right of the note
    QVBoxLayout *below() const { return m_below; }   ///< under the plot, seen with it
    QHBoxLayout *beside() const { return m_beside; } ///< the plot, and what stands right of it

    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    struct Answer
    {
        std::shared_ptr<const SampleSet> samples;
        Drawing draw;
    };

    void askExport();
    bool saysNothingShown(); ///< when nothing is open or shown
    void startOver();        ///< what is under way belongs to another day or model
    void stop();
    void gather();
    void compute(const std::function<std::shared_ptr<const SampleSet>()> &samples);
    void arrived(const Result<Answer> &answer);
    void finish();

    ReviewSession &m_session;
    QString m_title;
    QCustomPlot *m_plot;
    ElidedLabel *m_note;
    QLabel *m_words;
    QStackedWidget *m_pages;
    QHBoxLayout *m_tools;
    QVBoxLayout *m_below;
    QHBoxLayout *m_beside;
    QAction *m_export;
    QTimer m_soon;
    bool m_stale = true; ///< something changed since the samples were begun to be gathered
    bool m_busy = false;

    // What is under way. A result whose ticket is not the newest is dropped.
    quint64 m_ticket = 0;
    QElapsedTimer m_since;
    QTimer m_slice;
    QStringList m_keys;
    qsizetype m_next = 0; ///< of m_keys
    SampleGatherer m_gatherer;
    Computation m_computation;
    std::shared_ptr<const SampleSet> m_samples; ///< null while stale or hidden
    QStringList m_drawnKeys;
    QThreadPool m_pool; ///< last: waits for the task before anything else goes
};

} // namespace birblens
