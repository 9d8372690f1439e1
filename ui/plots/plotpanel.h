#pragma once

#include "core/analysis/sample.h"
#include "core/result.h"

#include <QTimer>
#include <QWidget>

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
 * there is nothing to draw. Computes only while it can be seen: changes that come together are one
 * recomputation a moment later, those that come while it is hidden wait until it is shown.
 *
 * A kind of plot implements rebuild(), which ends with showPlot() or showWords(), and applies its
 * own colours in restyle().
 */
class PlotPanel : public QWidget
{
    Q_OBJECT
public:
    ReviewSession &session() const { return m_session; }
    QCustomPlot *plot() const { return m_plot; }
    QString title() const { return m_title; }
    QString note() const;
    QString words() const; ///< why there is no plot; empty when there is one
    /** What changed is drawn now, not in a moment. */
    void refresh();
    /** The ending of @p path says the format: png, svg, pdf. */
    Result<QString> exportTo(const QString &path);

protected:
    PlotPanel(ReviewSession &session, const QString &title, QWidget *parent);

    virtual void rebuild() = 0;
    virtual void restyle() {} ///< palette or font changed; axes and legends are done already

    QList<const FrameEntry *> shownFrames() const;
    SampleSet shownSamples() const;
    void showPlot(const QString &note);
    void showWords(const QString &words);
    /** When nothing is open or shown: says so and returns true. */
    bool saysNothingShown();
    /** "of the 212 shown frames". */
    QString ofShown() const;
    void schedule();
    void styleAxes();
    void showLegendAbove(); ///< above the axes: inside it would hide what is drawn

    QHBoxLayout *tools() const { return m_tools; }   ///< right of the note
    QVBoxLayout *below() const { return m_below; }   ///< under the plot, seen with it
    QHBoxLayout *beside() const { return m_beside; } ///< the plot, and what stands right of it

    void showEvent(QShowEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void askExport();

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
    bool m_stale = true;
};

} // namespace birblens
